"""Guesses are counted once each, whoever asks at the same time, whatever fails or restarts afterwards."""

import threading

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection, connections, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from backoffice.accounts.models import User
from backoffice.http import throttle

pytestmark = pytest.mark.calendar

LIMIT = 5  # wrong passwords of one account in five minutes, allauth's default


def together(count, do):
    """`do` in so many threads at once, each with its own connections; their results."""
    barrier, results = threading.Barrier(count), []

    def one(number):
        barrier.wait(timeout=30)
        try:
            results.append(do(number))
        finally:
            throttle.close_own_connection()
            connections.close_all()

    threads = [threading.Thread(target=one, args=[n]) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def rows():
    with connection.cursor() as cursor:
        cursor.execute("select encode(key_hash, 'hex') || ' ' || value::text from throttle_count")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def guesses(monkeypatch):
    """How many passwords were compared."""
    compared = []
    real = User.check_password
    monkeypatch.setattr(User, "check_password", lambda self, raw: compared.append(raw) or real(self, raw))
    return compared


def guess(user, **extra):
    return Client(**extra).post(reverse("account_login"), {"login": user.email, "password": "greșită"})


def test_guesses_at_once_are_each_counted(committed_people, guesses):
    User.objects.filter(pk=committed_people.head.pk).update(password=make_password("parola-de-test-1"))
    together(12, lambda n: guess(committed_people.head, REMOTE_ADDR=f"10.0.0.{n}").status_code)
    assert 0 < len(guesses) <= LIMIT
    for _ in range(LIMIT):
        guess(committed_people.head)
    assert len(guesses) == LIMIT


def test_a_count_at_once_loses_none(committed_db):
    hits = together(16, lambda n: throttle.count("x", seconds=60)[0])
    assert sorted(hits) == list(range(1, 17))


def test_an_abort_refunds_no_guess(committed_db):
    def aborted():
        with transaction.atomic():
            throttle.count("x", seconds=60)
            raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            aborted()
    assert throttle.count("x", seconds=60)[0] == 4


def test_a_restart_and_an_emptied_broker_forget_no_guess(committed_people, guesses):
    import redis

    for _ in range(LIMIT):
        guess(committed_people.head)
    connection.close()
    throttle.close_own_connection()
    address = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://").split("?")[0]
    redis.Redis.from_url(address).flushall()
    guess(committed_people.head)
    assert len(guesses) == LIMIT


def test_nobody_pushes_a_count_out_by_making_many(committed_db):
    cache.set("mine", [1.0], 300)
    for number in range(400):  # Django's own cache throws entries out beyond 300
        cache.set(f"other{number}", [1.0], 300)
    assert cache.get("mine") == [1.0]


def test_a_count_ends_and_is_swept(db):
    assert cache.add("lock", True, 10)
    assert not cache.add("lock", True, 10)
    with connection.cursor() as cursor:
        cursor.execute("update throttle_count set expires_at = clock_timestamp() - interval '1 second'")
    assert cache.get("lock") is None
    throttle.clear_expired()
    assert rows() == []
    assert cache.add("lock", True, 10)
    assert cache.delete("lock")
    assert not cache.delete("lock")


def test_no_address_stands_in_the_table(people):
    guess(people.head, REMOTE_ADDR="192.0.2.77")
    assert rows()
    assert not [row for row in rows() if "192.0.2" in row or "sef1" in row]


def test_identity_numbers_are_not_guessed(db, browse):
    user = User.objects.create_user("nou@demo.example.ro", "x")
    client = browse(user)
    typed = {"last_name": "A", "first_name": "B", "cnp": "1"}
    answers = [client.post(reverse("accounts:identity"), typed) for _ in range(11)]
    assert [a.status_code for a in answers] == [422] * 10 + [429]
    assert 3500 < int(answers[-1]["Retry-After"]) <= 3600
    assert "Încercați din nou după ora" in answers[-1].content.decode()


def test_the_public_check_is_counted_by_address(db):
    statuses = [Client(REMOTE_ADDR="192.0.2.1").get(reverse("notifications:verify_any")).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert Client(REMOTE_ADDR="192.0.2.2").get(reverse("notifications:verify_any")).status_code == 200


def test_allauths_own_limits_answer_with_our_page(db):
    data = {"email": "x@example.ro", "password1": "a", "password2": "b"}
    answers = [Client().post(reverse("account_signup"), data) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "300"
    assert "Prea multe încercări" in answers[-1].content.decode()


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.9")])
def test_a_forwarded_address_counts_only_behind_a_proxy(settings, proxies, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": "203.0.113.1, 192.0.2.9"})
    assert get_adapter(request).get_client_ip(request) == address
    assert throttle.address_of(request) == address


def test_the_addresses_of_one_network_are_one(settings):
    requests = [RequestFactory(REMOTE_ADDR=f"2001:db8::{n}").get("/") for n in (1, 2)]
    assert {throttle.address_of(r) for r in requests} == {"2001:db8::/64"}
