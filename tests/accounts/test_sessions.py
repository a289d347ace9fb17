"""Sessions: rows of no use to who reads them, an end for each, nothing lost by it."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from backoffice.accounts import sessions
from backoffice.accounts.demo import PASSWORD
from backoffice.accounts.models import Membership, Session, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import identities, memberships
from backoffice.romania.calendar import today
from tests.accounts.test_accounts import CNP, start
from workflows.models import Filing

pytestmark = pytest.mark.calendar

COOKIE = settings.SESSION_COOKIE_NAME


@pytest.fixture
def log_in(people):
    """A browser in which the person typed e-mail and password."""

    def typed(user):
        user.set_password(PASSWORD)
        User.objects.filter(pk=user.pk).update(password=user.password)
        client = Client()
        answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return typed


def is_in(client):
    return client.get(reverse("account_email")).status_code == 200


def age(column, **past):
    Session.objects.filter(user__isnull=False).update(**{column: Now() - timedelta(**past)})


def test_a_row_is_no_key(people, browse):
    client = browse(people.clerk)
    row = Session.objects.get(user=people.clerk)
    key = client.cookies[COOKIE].value
    assert len(key) == 43  # 256 bits
    with connection.cursor() as cursor:
        cursor.execute("select s::text from accounts_session s")
        assert key not in cursor.fetchone()[0]
    for stolen in (row.pk.hex(), octal(row.pk), bytes(row.data).hex()):
        assert not is_in(bearer(stolen))
    assert is_in(bearer(octal(key.encode())))
    assert is_in(client)


def bearer(stolen):
    """Who sends that session cookie, written by hand: Python's own cookies refuse control characters since 2026."""
    return Client(headers={"cookie": f"{COOKIE}={stolen}"})


def octal(raw):
    """How a cookie carries any bytes."""
    return '"' + "".join(f"\\{byte:03o}" for byte in raw) + '"'


def test_the_data_of_one_row_does_not_open_in_another(people, browse):
    mine, theirs = browse(people.clerk), browse(people.director)
    data = Session.objects.get(user=people.director).data
    Session.objects.filter(user=people.clerk).update(data=data)
    assert not is_in(mine)
    assert is_in(theirs)


@pytest.mark.parametrize(
    ("column", "past", "lives"),
    [
        ("seen_at", {"minutes": 14}, True),
        ("seen_at", {"minutes": 15}, False),
        ("expires_at", {"seconds": -1}, True),
        ("expires_at", {"seconds": 0}, False),
    ],
)
def test_a_session_ends_when_idle_and_when_old(people, browse, column, past, lives):
    client = browse(people.clerk)
    age(column, **past)
    assert is_in(client) is lives


def test_use_keeps_it_alive_and_is_noted_once_a_minute(people, browse, django_assert_num_queries):
    client = browse(people.clerk)
    row = Session.objects.filter(user=people.clerk)
    before = row.get().seen_at
    assert is_in(client)
    assert row.get().seen_at == before
    age("seen_at", minutes=2)
    aged = row.get().seen_at
    assert is_in(client)
    assert row.get().seen_at > aged
    age("created_at", hours=9)
    assert row.get().expires_at < row.get().seen_at + timedelta(hours=8)


CHANGES = {
    "a role is given": lambda p: start(p.provider, p.house, Role.HEAD),
    "a role ends": lambda p: memberships.end(Membership.objects.get(user=p.provider), by=None),
    "the account is closed": lambda p: User.objects.filter(pk=p.provider.pk).update(is_active=False),
    "the password is another": lambda p: (p.provider.set_password("x"), p.provider.save()),
    "everywhere out": lambda p: sessions.outdate(p.provider),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_an_account_ends_its_sessions_and_no_others(people, browse, change):
    start(people.provider, people.house, Role.CLERK)
    clients, other = [browse(people.provider), browse(people.provider)], browse(people.director)
    assert all(is_in(c) for c in [*clients, other])
    CHANGES[change](people)
    assert [is_in(c) for c in [*clients, other]] == [False, False, True]


def test_who_declares_an_identity_stays_in_here_and_is_out_elsewhere(db, browse):
    user = User.objects.create_user("nou@demo.example.ro", "x")
    here, elsewhere = browse(user), browse(user)
    key = here.cookies[COOKIE].value
    answer = here.post(reverse("accounts:identity"), {"last_name": "Nou", "first_name": "Ana", "cnp": CNP})
    assert answer.status_code == 302
    assert here.cookies[COOKIE].value != key
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_second_factor_leaves_only_the_session_that_made_it(people, browse):
    here, elsewhere = browse(people.provider), browse(people.provider)
    here.get(reverse("mfa_activate_totp"))
    secret = here.session["mfa.totp.secret"]
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    assert here.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert Authenticator.objects.filter(user=people.provider, type="totp").exists()
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_session_that_was_ended_is_not_written_back(people, browse):
    client = browse(people.clerk)
    session = client.session
    assert session["_auth_user_id"]
    Session.objects.all().delete()
    session["x"] = 1
    with pytest.raises(sessions.UpdateError):
        session.save()
    assert not Session.objects.exists()


def test_staff_work_in_one_place_and_are_told(people, log_in):
    first = log_in(people.clerk)
    second = log_in(people.clerk)
    assert not is_in(first)
    assert "Erați conectat și din altă parte" in second.get(reverse("workflows:inbox")).content.decode()
    assert [is_in(log_in(people.provider)), is_in(log_in(people.provider))] == [True, True]
    assert Session.objects.filter(user=people.provider).count() == 2


def test_the_page_lists_marks_and_ends(people, browse):
    here, elsewhere, third = (browse(people.provider) for _ in range(3))
    stranger = browse(people.director)
    page = here.get(reverse("accounts:sessions")).content.decode()
    assert page.count("<strong>aceasta</strong>") == 1
    assert page.count('name="session"') == 2
    theirs = elsewhere.session.key_hash.hex()
    for who, posted in [(stranger, theirs), (here, "zz"), (here, "00" * 32)]:
        who.post(reverse("accounts:sessions"), {"session": posted})
    assert is_in(elsewhere)
    here.post(reverse("accounts:sessions"), {"session": theirs})
    assert [is_in(here), is_in(elsewhere), is_in(third)] == [True, False, True]
    here.post(reverse("accounts:sessions"), {"others": "1"})
    assert [is_in(here), is_in(third), is_in(stranger)] == [True, False, True]


def test_an_ended_session_leads_back_to_where_the_person_was(people, log_in):
    client = log_in(people.clerk)
    age("seen_at", minutes=20)
    answer = client.get(reverse("workflows:search"), {"q": "Țuțea"}, follow=True)
    assert "Sesiunea s-a încheiat" in answer.content.decode()
    answer = client.post(
        answer.redirect_chain[-1][0], {"login": people.clerk.email, "password": PASSWORD, "next": "/lucru/cauta/?q=1"}
    )
    assert answer.url == "/lucru/cauta/?q=1"


def test_a_form_that_met_an_ended_session_is_said_not_to_be_received(people, browse):
    client = browse(people.provider)
    age("seen_at", minutes=20)
    answer = client.post(reverse("workflows:file_new"), headers={"referer": "http://testserver/depunere/?x=1"})
    assert answer.status_code == 401
    assert "Formularul nu a fost primit" in answer.content.decode()
    assert "next=%2Fdepunere%2F%3Fx%3D1" in answer.content.decode()
    assert not Filing.objects.exists()


@pytest.mark.parametrize("referer", ["https://evil.example/x", "//evil.example", ""])
def test_an_ended_session_never_leads_away(people, browse, referer):
    client = browse(people.provider)
    age("seen_at", minutes=20)
    answer = client.post(reverse("workflows:file_new"), headers={"referer": referer})
    assert "evil" not in answer.content.decode()


def test_autosave_after_the_end_says_where_to_log_in(people, browse):
    client = browse(people.provider)
    url = client.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    age("seen_at", minutes=20)
    answer = client.post(url, {"provider.name": "X"}, headers={"X-Autosave": "1"})
    assert answer.status_code == 401
    assert answer.json()["log_in"].startswith(reverse("account_login"))


def test_dead_rows_are_cleared_and_living_ones_stay(people, browse):
    from workflows.tasks import run_deadlines

    browse(people.clerk)
    age("seen_at", minutes=20)
    living = browse(people.director)
    run_deadlines()
    assert Session.objects.count() == 1
    assert is_in(living)


def test_log_out_removes_the_row_and_what_the_browser_kept(people, browse):
    client = browse(people.clerk)
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(user=people.clerk).exists()
    assert "Clear-Site-Data" not in client.get(reverse("home"))


def test_an_identity_of_another_service_call_ends_sessions_too(people, browse):
    user = User.objects.create_user("nou@demo.example.ro", "x")
    client = browse(user)
    identities.identify(user, last_name="Nou", first_name="Ana", cnp=CNP, today=today())
    assert not is_in(client)
