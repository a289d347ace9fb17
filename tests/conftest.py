"""Set-up shared by all tests: a small world of people, the day it is, guards that make sloppy pages fail."""

import os
import uuid
from types import SimpleNamespace

import hypothesis
import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import translation

from backoffice.accounts.demo import make_people
from backoffice.accounts.models import House, User
from backoffice.http import throttle
from backoffice.jobs import broker, queue
from backoffice.romania import calendar
from tests import world as making

# The day on which this run began. Not a fixed one: the database's clock, sessions and roles know only the real day, and
# a test that mixes both fails on some later day. What is pure has days of its own.
DAY = calendar.today()
# No deadline on a busy machine; in CI always the same examples, elsewhere always new ones.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("steady")
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "accounts_house")


@pytest.fixture(autouse=True)
def quick_and_quiet(settings, monkeypatch, request):
    """Cheap password hashes, mails in memory, and no message to a broker unless a worker listens."""
    translation.activate("ro")  # a page asked for in English before must not speak here
    if "browser" in request.keywords:
        yield
        return
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if "transactional_db" not in request.fixturenames:
        # A test that rolls back takes its counts of guesses back too.
        monkeypatch.setattr(throttle, "own_connection", lambda: connection)
    broker.breaker.worked()  # a broker that was away in another test is here again
    if "worker" not in request.keywords:
        monkeypatch.setattr(queue, "publish", lambda job: True)
    yield
    throttle.close_own_connection()


@pytest.fixture
def today():
    return DAY


@pytest.fixture
def people(db):
    """Everybody of the demo: two houses, two people for each deciding role in one of them, a provider."""
    return _people()


@pytest.fixture
def committed_db(transactional_db):
    """For tests in which several connections or processes must see each other's commits."""
    return transactional_db


@pytest.fixture
def committed_people(committed_db):
    return _people()


@pytest.fixture
def case(people):
    """A registered case nobody has taken."""
    return making.file_case(people.provider)


@pytest.fixture
def browse():
    """A logged-in client for a person: `browse(people.clerk).get(...)`."""

    def log_in(user, *, fresh=True):
        client = Client()
        client.force_login(user)
        if fresh:
            making.step_up(client)
        return client

    return log_in


def _people() -> SimpleNamespace:
    make_people()
    users = {user.email: user for user in User.objects.select_related("person")}
    names = {
        "provider": "furnizor",
        "clerk": "functionar1",
        "clerk2": "functionar2",
        "jurist": "jurist1",
        "head": "sef1",
        "head2": "sef2",
        "director": "director1",
        "director2": "director2",
        "administrator": "administrator",
    }
    found = {name: users[f"{email}@demo.example.ro"] for name, email in names.items()}
    return SimpleNamespace(
        **found,
        stranger=users["functionar@cj.demo.example.ro"],
        house=House.objects.get(code="CAS-CT"),
        other_house=House.objects.get(code="CAS-CJ"),
    )


def wipe():
    """Empty every table but the product's own data; the guards against deleting are lifted for a moment."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t not in KEPT_TABLES]
        for table in tables:
            cursor.execute(f'alter table "{table}" disable trigger user')
        cursor.execute("truncate " + ", ".join(f'"{table}"' for table in tables) + " restart identity cascade")
        for table in tables:
            cursor.execute(f'alter table "{table}" enable trigger user')


# Django's own flush would be refused by the tables whose rows are never deleted, and would empty the 43 houses.
TransactionTestCase._fixture_teardown = classmethod(lambda cls: wipe())


@pytest.fixture
def unique():
    return uuid.uuid4().hex[:12]
