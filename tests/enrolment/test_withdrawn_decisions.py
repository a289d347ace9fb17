"""What a withdrawn decision does to an enrolment: it ends with its key; decided anew and approved, a new one begins."""

import pytest

from enrolment.providers.models import Enrolment, EnrolmentState
from notifications.models import Document
from tests.conftest import DAY
from tests.enrolment.about import ask, changed, enrolled, grant
from tests.toy.procedure import Review
from tests.world import act, run_jobs, sign
from workflows import procedures
from workflows.models import Case
from workflows.procedures import Offer
from workflows.services import filings

LOST = {"reason": "lost", "explanation": ""}


@pytest.fixture
def enrolment(people, monkeypatch):
    """Any decision may be looked at again, by the procedure of the tests."""
    monkeypatch.setattr(Review, "offer", lambda self, case, *, today: Offer("Cereți reexaminarea"))
    return enrolled(people)


def review(case, people):
    """Somebody who had no part in it asks the director to withdraw the decision; it is withdrawn."""
    case.refresh_from_db()
    draft = filings.start_online(procedures.get("toy_review"), owner=people.provider, about=case)
    filings.save_draft(draft, content={"why": "Nu este legală."})
    asked = filings.submit(draft, by=people.provider, today=DAY).cases[0]
    act(asked, people.jurist, outcome="approve")
    sign(asked, people.director)
    run_jobs()
    case.refresh_from_db()
    return asked


def change_of(enrolment, people, **fields):
    content = changed(enrolment, **fields)
    return grant(ask(enrolment, "providers_change", by=people.provider, content=content), people, people.head)


def effects(case):
    return " ".join(str(effect) for effect in procedures.get(case.procedure).effects_of_withdrawal(case))


def test_the_effects_are_said_before_it_is_withdrawn(people, enrolment):
    assert "Înrolarea furnizorului la această casă încetează" in effects(enrolment.case)
    assert "Cheia de licență se blochează" in effects(enrolment.case)


def test_the_enrolment_ends_with_its_keys_and_conventions(people, enrolment):
    grant(ask(enrolment, "providers_key", by=people.provider, content=LOST), people)
    asked = review(enrolment.case, people)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.ended_by) == (EnrolmentState.ENDED, asked)
    assert all(key.blocked_at for key in enrolment.keys.all())
    assert all(found.superseded_by for found in Document.objects.filter(kind="providers.convention"))
    assert effects(enrolment.case) == ""


def test_decided_anew_and_approved_a_new_enrolment_begins(people, enrolment):
    review(enrolment.case, people)
    case = enrolment.case
    assert case.round == 2
    act(case, people.clerk2, outcome="approve")
    act(case, people.head2, outcome="agree")
    sign(case, people.director)
    run_jobs()
    first, second = Enrolment.objects.filter(case=case).order_by("pk")
    assert (first.state, second.state) == (EnrolmentState.ENDED, EnrolmentState.ISSUED)
    assert second.key.blocked_at is None


def test_the_data_of_before_hold_again_when_a_change_is_withdrawn(people, enrolment):
    before = enrolment.content
    change = grant(
        ask(enrolment, "providers_change", by=people.provider, content=changed(enrolment)), people, people.head
    )
    assert "din nou cele în vigoare" in effects(change)
    review(change, people)
    assert enrolment.content == before
    assert enrolment.data_changes.get().withdrawn_at


def test_a_later_change_holds_when_an_earlier_one_is_withdrawn(people, enrolment):
    one = change_of(enrolment, people)
    two = change_of(enrolment, people, phone="0241777666")
    assert "mai târziu" in effects(one)
    review(one, people)
    assert enrolment.content_case == two


def test_a_key_whose_decision_is_withdrawn_is_blocked(people, enrolment):
    asked = grant(ask(enrolment, "providers_key", by=people.provider, content=LOST), people)
    assert "se blochează" in effects(asked)
    review(asked, people)
    assert all(key.blocked_at for key in enrolment.keys.all())


def test_an_end_that_has_not_come_is_taken_back(people, enrolment):
    content = {"ends_on": DAY.replace(year=DAY.year + 1, day=1).isoformat(), "why": ""}
    end = grant(ask(enrolment, "providers_withdrawal", by=people.provider, content=content), people, people.head)
    assert "continuă" in effects(end)
    review(end, people)
    enrolment.refresh_from_db()
    assert (enrolment.ends_on, enrolment.ended_by, enrolment.state) == (None, None, EnrolmentState.ISSUED)


def test_a_request_signed_before_the_end_fails_with_its_reason(people, enrolment):
    asked = ask(enrolment, "providers_key", by=people.provider, content=LOST)
    act(asked, people.clerk2, outcome="approve")
    draft = filings.start_online(procedures.get("toy_review"), owner=people.provider, about=enrolment.case)
    filings.save_draft(draft, content={"why": "Nu este legală."})
    again = filings.submit(draft, by=people.provider, today=DAY).cases[0]
    act(again, people.jurist, outcome="approve")
    sign(again, people.director)
    sign(asked, people.director)
    run_jobs("toy_review.issue")
    run_jobs("providers_key.issue")
    assert Case.objects.get(pk=asked.pk).state == "issuing"
    assert all(key.blocked_at for key in enrolment.keys.all())
