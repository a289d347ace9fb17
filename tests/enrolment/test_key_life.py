"""The life of licence keys, whatever is asked and answered in whatever order: never two that work, none comes back."""

import secrets

import hypothesis
from django.db import transaction
from hypothesis import strategies as st

from enrolment.providers import services
from enrolment.providers.models import LicenceKey
from notifications.services import documents
from tests.enrolment.about import ask, enrolled, grant, refuse
from workflows.enums import CLOSED
from workflows.errors import Refused

STEPS = ("lost", "compromised", "grant", "refuse", "open")


class Undo(Exception):
    """Each example begins with the same enrolment."""


def open_request(enrolment):
    return enrolment.case.follow_ups.exclude(state__in=CLOSED).first()


def take(step, enrolment, people):
    """One step of a life; what is not possible now is refused or skipped."""
    asked = open_request(enrolment)
    if step in ("lost", "compromised"):
        try:
            ask(enrolment, "providers_key", by=people.provider, content={"reason": step, "explanation": ""})
        except Refused:
            assert asked is not None
    elif step in ("grant", "refuse") and asked:
        {"grant": grant, "refuse": refuse}[step](asked, people)
    elif step == "open":
        key = LicenceKey.objects.select_related("enrolment__case__filing", "case__filing", "house").get(
            pk=enrolment.key.pk
        )
        before = (key.opened_at, key.blocked_at)
        try:
            clear = services.open_once(key, by=people.provider)
        except Refused:
            assert before != (None, None)
        else:
            assert before == (None, None)
            assert services.matches(key, clear)


def test_at_most_one_key_works_and_what_was_blocked_stays_blocked(people, monkeypatch):
    monkeypatch.setattr(documents, "render_and_seal", lambda document, extra: secrets.token_bytes(40))
    enrolment = enrolled(people)

    @hypothesis.settings(max_examples=12)
    @hypothesis.given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=7))
    def live(steps):
        blocked = {}
        try:
            with transaction.atomic():
                for step in steps:
                    take(step, enrolment, people)
                    keys = list(enrolment.keys.order_by("pk"))
                    now = {key.pk: key.blocked_at for key in keys if key.blocked_at}
                    assert blocked.items() <= now.items()
                    assert len(keys) - len(now) <= 1
                    assert all(key.blocked_at for key in keys[:-1])  # only the newest may work
                    assert not any(key.envelope for key in keys if key.blocked_at or key.opened_at)
                    blocked = now
                raise Undo
        except Undo:
            pass

    live()
