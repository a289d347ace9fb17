"""What was refused stands in a chain of its own, without e-mail or address, and cannot fill the disk."""

import pytest
from django.db import transaction
from django.urls import reverse

from backoffice.accounts.demo import PASSWORD
from backoffice.audit import log
from backoffice.audit.models import Event, Link
from tests.audit.conftest import settle


def refusals(code=None):
    found = Event.objects.filter(code__startswith="security.").order_by("pk")
    return list(found.filter(code=code) if code else found)


def test_a_failed_log_in_is_written_without_what_was_typed(people, client, db):
    typed = {"login": people.clerk.email, "password": "gresita-parola-1"}
    client.post(reverse("account_login"), typed, REMOTE_ADDR="192.0.2.7")
    settle()
    (event,) = refusals("security.login_failed")
    assert Link.objects.get(event=event).chain == 64
    text = str(event.facts)
    assert people.clerk.email not in text
    assert "192.0.2.7" not in text
    assert "gresita" not in text
    assert set(event.facts) == {"account", "source", "seen"}


def test_a_good_log_in_is_no_refusal(people, client):
    people.clerk.set_password(PASSWORD)
    people.clerk.save()
    client.post(reverse("account_login"), {"login": people.clerk.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert refusals() == []


def test_a_forbidden_page_is_written_with_its_route(people, browse):
    assert browse(people.clerk).get(reverse("accounts:people")).status_code == 403
    (event,) = refusals("security.access_refused")
    assert event.actor_user == people.clerk.pk
    assert event.facts["route"] == "accounts:people"


def test_a_page_that_is_allowed_leaves_nothing(people, browse):
    assert browse(people.administrator).get(reverse("accounts:people")).status_code == 200
    assert refusals() == []


def test_of_a_flood_only_samples_are_written_and_they_say_how_many_there_were(db):
    written = 0
    with transaction.atomic():  # one statement's clock would do as well: all within a minute or two
        for _ in range(300):
            written += log.refused("security.login_failed", source="198.51.100.9")
    assert written == len(refusals()) < 30
    assert max(e.facts["seen"] for e in refusals()) >= 128


def test_another_source_is_not_silenced_by_a_flood(db):
    for _ in range(50):
        log.refused("security.login_failed", source="198.51.100.9")
    others = [log.refused("security.login_failed", source=f"203.0.113.{n}") for n in range(20)]
    assert sum(others) >= 18  # senders share 64 buckets


def test_codes_of_acts_and_of_refusals_are_kept_apart(people):
    with pytest.raises(log.UnknownEvent):
        log.refused("case.claimed")
    with pytest.raises(log.UnknownEvent):
        log.record("security.login_failed", on=people.clerk, by=None)
