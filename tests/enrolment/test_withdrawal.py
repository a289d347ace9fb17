"""The end of an enrolment: at the provider's request, from its day on; or with the decision that made it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from backoffice.romania import calendar
from enrolment.providers import clock, services
from enrolment.providers.models import Enrolment, EnrolmentState
from notifications.models import Document
from tests.conftest import DAY
from tests.enrolment.about import ask, enrolled, grant
from tests.world import act, approved, file_case, run_jobs, sign
from workflows import procedures
from workflows.errors import Invalid, Refused

TODAY = {"ends_on": DAY.isoformat(), "why": ""}
LATER = DAY + timedelta(days=20)


@pytest.fixture
def enrolment(people):
    return enrolled(people)


@pytest.fixture
def ended(people, enrolment):
    """Ended today at its request."""
    case = ask(enrolment, "providers_withdrawal", by=people.provider, content=TODAY)
    grant(case, people, people.head)
    enrolment.refresh_from_db()
    return enrolment


@pytest.fixture
def ends_later(people, enrolment):
    """The decision is issued, the day has not come."""
    case = ask(enrolment, "providers_withdrawal", by=people.provider, content=TODAY | {"ends_on": LATER.isoformat()})
    grant(case, people, people.head)
    enrolment.refresh_from_db()
    return enrolment


def on(day, monkeypatch):
    """It is another day for whoever asks the calendar."""
    for module in (calendar, clock, services):
        monkeypatch.setattr(module, "today", lambda: day)


def test_what_ends_is_said_before_it_is_asked(people, browse, enrolment):
    opened = browse(people.provider).post(
        reverse("workflows:my_follow_up", args=[enrolment.case.public_id, "providers_withdrawal"]), follow=True
    )
    for what in ("cheia de licență se blochează", "convenția de utilizare încetează", "cerere nouă de înrolare"):
        assert what in opened.content.decode()


def test_it_ends_with_its_key_and_its_convention(people, ended):
    assert (ended.state, ended.ends_on, bool(ended.ended_at)) == (EnrolmentState.ENDED, DAY, True)
    assert ended.key.blocked_at
    act_ = Document.objects.get(kind="providers.withdrawal")
    assert Document.objects.get(kind="providers.convention").superseded_by == act_
    assert act_.context["ends_on"] == DAY.isoformat()


def test_a_day_that_has_passed_is_no_day(people, enrolment):
    with pytest.raises(Invalid) as refused:
        ask(
            enrolment,
            "providers_withdrawal",
            by=people.provider,
            content=TODAY | {"ends_on": (DAY - timedelta(days=1)).isoformat()},
        )
    assert "Ziua a trecut" in str(refused.value.errors[0].message)


def test_a_later_day_comes_by_the_clock(people, ends_later, monkeypatch):
    assert (ends_later.state, ends_later.ends_on) == (EnrolmentState.ISSUED, LATER)
    assert clock.enqueue_due(LATER - timedelta(days=1)) == 0
    assert clock.enqueue_due(LATER) == 1
    assert clock.enqueue_due(LATER) == 0  # once
    on(LATER, monkeypatch)
    run_jobs("enrolment_end")
    ends_later.refresh_from_db()
    assert ends_later.state == EnrolmentState.ENDED
    assert ends_later.key.blocked_at


def test_before_the_day_nothing_else_is_asked_about_it(people, ends_later):
    offers = dict((p.code, o) for p, o in procedures.offers(ends_later.case, today=DAY))
    assert all("hotărâtă" in offers[f"providers_{what}"].refused for what in ("change", "key", "withdrawal"))


def test_the_page_says_that_it_ended_and_links_to_a_new_request(people, browse, ended):
    page = browse(people.provider).get(reverse("workflows:my_case", args=[ended.case.public_id])).content.decode()
    assert "Depuneți o cerere nouă de înrolare" in page
    assert "Comunicați o schimbare" not in page


def test_afterwards_a_new_request_is_possible(people, ended):
    again = file_case(people.provider)
    assert [f["code"] for f in again.checks.get().findings] == []
    approved(again, people)
    run_jobs()
    assert Enrolment.objects.filter(provider_uic=ended.provider_uic, ended_at__isnull=True).count() == 1


def test_what_was_asked_before_the_end_is_not_granted_after_it(people, enrolment):
    key = ask(enrolment, "providers_key", by=people.provider, content={"reason": "lost", "explanation": ""})
    grant(ask(enrolment, "providers_withdrawal", by=people.provider, content=TODAY), people, people.head)
    with pytest.raises(Refused, match="încetat"):
        act(key, people.clerk, outcome="approve")


def test_the_end_is_not_signed_while_a_key_is_being_issued(people, enrolment):
    key = ask(enrolment, "providers_key", by=people.provider, content={"reason": "lost", "explanation": ""})
    end = ask(enrolment, "providers_withdrawal", by=people.provider, content=TODAY)
    act(key, people.clerk, outcome="approve")
    act(end, people.clerk, outcome="approve")
    act(end, people.head, outcome="agree")
    sign(key, people.director)
    with pytest.raises(Refused, match="alt act"):
        sign(end, people.director)
    run_jobs()
    sign(end, people.director)


def test_a_paper_without_the_day_is_completed_before_it_is_approved(people, enrolment):
    case = ask(enrolment, "providers_withdrawal", by=people.provider, content=TODAY)
    case.current.content["ends_on"] = None
    assert "din ce zi" in procedures.get("providers_withdrawal").refuse_proposal(case, "approve")


def test_the_database_ends_no_enrolment_without_a_decision_about_it(people, enrolment):
    asked = ask(enrolment, "providers_withdrawal", by=people.provider, content=TODAY)
    for because in (asked, enrolment.case):
        with pytest.raises(IntegrityError, match="ends by a decision"), transaction.atomic():
            Enrolment.objects.update(ends_on=DAY, ended_by=because, ended_at=Now(), state="ended")
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.update(ended_at=Now(), state="ended")


def test_what_ended_stays_ended(people, ended):
    with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
        Enrolment.objects.update(ended_at=None, ends_on=None, ended_by=None, state="active")
