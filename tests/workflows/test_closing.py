"""A case that ends without a decision: closed by the head, joined, withdrawn. Never silently, nor once it is signed."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from backoffice.accounts.models import User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from notifications.models import Message
from tests.conftest import DAY
from tests.world import act, approved, file_case, open_task, run_jobs, sign
from workflows import causes, deadlines
from workflows.enums import FILER, CaseState
from workflows.errors import Refused, Stale
from workflows.models import Assignment, Case, Closure, Party
from workflows.services import closing, communication, steps

pytestmark = pytest.mark.calendar
WHY = {"reason": "without_object", "text": "Furnizorul s-a desființat."}
MESSAGE = "00000000-0000-4000-8000-000000000000"


def closed(case, people, **changes):
    closing.close(case, by=people.head, **(WHY | changes))
    case.refresh_from_db()
    return case


@pytest.fixture
def second(people, case):
    """A later request of the same provider at the same house."""
    return file_case(people.provider)


def test_the_head_closes_with_a_reason_and_the_applicant_is_told(people, case, browse):
    page = browse(people.head).post(reverse("workflows:close", args=[case.public_id]), WHY)
    assert page.status_code == 302
    case.refresh_from_db()
    row = case.closures.get()
    assert (case.state, case.decided_at, row.reason, row.text) == ("filed", None, "without_object", WHY["text"])
    assert Message.objects.get(public_id=row.notice).template == "case_closed"
    run_jobs()
    [letter] = mail.outbox
    assert letter.to == [people.provider.email]
    assert str(case.entry) in letter.body
    assert "rămas fără obiect" in letter.body
    mine = browse(people.provider).get(reverse("workflows:my_case", args=[case.public_id])).content.decode()
    assert "Clasată" in mine
    assert WHY["text"] in mine
    assert "Retrag cererea" not in mine
    assert "Clasată" in browse(people.clerk).get(reverse("workflows:search"), {"q": str(case.entry)}).content.decode()


def test_nobody_holds_a_closed_case_and_a_stale_page_meets_a_conflict(people, case, browse):
    task = open_task(case)
    steps.claim(task, by=people.clerk)
    closed(case, people)
    row = Assignment.objects.get(case=case)
    assert (row.task, row.step, row.holder) == (None, "", None)
    assert (row.process.status, task.__class__.objects.get(pk=task.pk).status) == ("CANCELED", "CANCELED")
    answer = browse(people.clerk).post(reverse("workflows:execute", args=[task.pk]), {"outcome": "approve"})
    assert answer.status_code == 409
    assert browse(people.head).post(reverse("workflows:close", args=[case.public_id]), WHY).status_code == 409
    for tab in ("mine", "take", "all"):
        listed = browse(people.clerk).get(reverse("workflows:inbox"), {"lista": tab}).context["page"].rows
        assert case.pk not in [row.case.pk for row in listed]


@pytest.mark.parametrize("steps_", [[], ["completion"], ["approve"], ["reject"], ["approve", "endorse"]])
def test_a_case_can_be_closed_wherever_it_waits_for_somebody(people, case, steps_):
    for step in steps_:
        answer = {"outcome": step, "reasons": ("R05",), "text": "Lipsă."}
        act(
            case,
            *{"endorse": (people.head2,)}.get(step, (people.clerk,)),
            **({"outcome": "agree"} if step == "endorse" else answer),
        )
    assert closed(case, people).state == "filed"


def test_a_completion_that_was_asked_ends_with_the_case(people, case, browse):
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    asked = case.completion_requests.get()
    closed(case, people)
    assert deadlines.due_occasions(asked.due_on.replace(year=asked.due_on.year + 1)) == []
    page = browse(people.provider).get(reverse("workflows:my_case", args=[case.public_id])).content.decode()
    assert "cere completări" not in page
    with pytest.raises(Stale):
        steps.complete(case, by=people.provider, content=case.content, today=DAY)


@pytest.mark.parametrize("changes", [{"reason": "R05"}, {"reason": ""}, {"text": "  "}])
def test_a_closing_says_why(people, case, changes):
    with pytest.raises(Refused):
        closed(case, people, **changes)
    assert not Closure.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "jurist", "director", "stranger", "provider"])
def test_only_the_head_closes(people, case, who, browse):
    with pytest.raises(PermissionDenied):
        closing.close(case, by=getattr(people, who), **WHY)
    answer = browse(getattr(people, who)).post(reverse("workflows:close", args=[case.public_id]), WHY)
    assert answer.status_code in (403, 404)


def test_a_party_closes_and_joins_nothing(people, case, second):
    for one in (case, second):
        Party.objects.create(case=one, person=people.head.person, capacity=FILER)
    with pytest.raises(Refused, match="parte"):
        closing.close(second, by=people.head, **WHY)
    with pytest.raises(Refused, match="parte"):
        closing.join(second, into=str(case.public_id), by=people.head)
    membership = people.head.memberships.get()
    notice = communication.write(case, "case_closed", dedupe_key="x", reason="", ground="", main="")
    row = {"case": case, "round": 1, "state": "filed", "reason": "anonymous", "notice": notice.public_id}
    with pytest.raises(IntegrityError, match="party"), transaction.atomic():
        Closure.objects.create(**row, closed_by=people.head, membership=membership)


def test_a_signed_case_is_neither_closed_nor_joined_nor_withdrawn(people, case, second):
    act(second, people.clerk, outcome="reject", reasons=("R12",), text="Există alta.")
    act(second, people.jurist, outcome="agree")
    act(second, people.head2, outcome="agree")
    sign(second, people.director)
    for attempt in (
        lambda: closing.close(second, by=people.head, **WHY),
        lambda: closing.join(second, into=str(case.public_id), by=people.head),
        lambda: closing.withdraw(second, by=people.provider),
    ):
        with pytest.raises(Refused, match="semnată"):
            attempt()


def test_the_database_wants_reason_and_notice(people, case):
    for state in ("joined", "filed", "withdrawn"):
        with pytest.raises(IntegrityError, match="never closed silently"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state)
    row = {"case": case, "round": 1, "state": "filed", "reason": "anonymous", "closed_by": people.head}
    with pytest.raises(IntegrityError, match="cannot be closed in this way"), transaction.atomic():
        Closure.objects.create(**row, notice=MESSAGE, membership=people.head.memberships.get())


def test_the_database_joins_only_to_an_earlier_case_of_the_same_subject(people, case, second):
    other = file_case(people.provider, uic="98765438")
    notice = communication.write(second, "case_joined", dedupe_key="x", ground="", main="")
    row = {"case": second, "round": 1, "state": "joined", "reason": "same_subject", "into_number": "1/1.1.2026"}
    row |= {"closed_by": people.head, "membership": people.head.memberships.get(), "notice": notice.public_id}
    for into in (other, second):
        with pytest.raises(IntegrityError, match="cannot be closed in this way"), transaction.atomic():
            Closure.objects.create(**row, into=into)
    Closure.objects.create(**row, into=case)


def test_a_later_request_is_joined_and_gets_the_one_answer(people, case, second, browse):
    head = browse(people.head)
    assert (
        reverse("workflows:join", args=[second.public_id])
        in head.get(reverse("workflows:case", args=[second.public_id])).content.decode()
    )
    answer = head.post(reverse("workflows:join", args=[second.public_id]), {"into": str(case.public_id)})
    assert answer.status_code == 302
    second.refresh_from_db()
    assert (second.state, second.closures.get().into_number) == ("joined", str(case.entry))
    mine = browse(people.provider).get(reverse("workflows:my_case", args=[second.public_id])).content.decode()
    assert "Conexată" in mine
    assert str(case.entry) in mine
    assert str(second.entry) in head.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    run_jobs()
    mail.outbox.clear()
    approved(case, people)
    run_jobs()
    told = {letter.body for letter in mail.outbox}
    assert len(told) == 2
    both = next(body for body in told if str(second.entry) in body)
    assert str(case.entry) in both
    assert reverse("workflows:my_case", args=[case.public_id]) in both


def test_who_filed_the_joined_one_with_another_account_gets_the_decision_itself(people, case):
    other = User.objects.create_user("alt@demo.example.ro", "x", person=people.stranger.person)
    second = file_case(other)
    closing.join(second, into=str(case.public_id), by=people.head)
    approved(case, people)
    run_jobs()
    letter = next(letter for letter in mail.outbox if letter.to == [other.email] and letter.attachments)
    assert str(case.entry) in letter.body
    assert "/cereri/" not in letter.body
    with pytest.raises(Refused, match="clasează|conexează|nu mai|altă etapă|Între timp"):
        closing.withdraw(case, by=people.provider)


def test_only_the_later_of_two_pending_ones_is_joined(people, case, second):
    for wrong, into in ((case, second), (second, second)):
        with pytest.raises(Refused, match="mai vechi"):
            closing.join(wrong, into=str(into.public_id), by=people.head)
    with pytest.raises(PermissionDenied):
        closing.join(second, into=str(case.public_id), by=people.clerk)
    closed(case, people)
    with pytest.raises(Refused, match="mai vechi"):
        closing.join(second, into=str(case.public_id), by=people.head)


def test_a_joined_case_no_longer_stands_in_the_way_of_an_approval(people, case, second):
    with pytest.raises(Refused, match="R12"):
        act(case, people.clerk, outcome="approve")
    closing.join(second, into=str(case.public_id), by=people.head)
    assert act(case, people.clerk, outcome="approve").state == "endorse"


def test_whoever_filed_withdraws_a_request_and_says_so_twice(people, case, browse):
    client = browse(people.provider)
    page = reverse("workflows:withdraw", args=[case.public_id])
    assert page in client.get(reverse("workflows:my_case", args=[case.public_id])).content.decode()
    assert client.post(page).status_code == 422
    case.refresh_from_db()
    assert case.state == "propose"
    assert client.post(page, {"sure": "true"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.closures.get().membership) == (CaseState.WITHDRAWN, None)
    assert client.post(page, {"sure": "true"}).status_code == 409
    assert "Retrasă" in client.get(reverse("workflows:mine")).content.decode()
    run_jobs()
    assert "V-ați retras cererea" in mail.outbox[0].body


def test_nobody_else_withdraws_it(people, case, browse):
    for who in (people.clerk, people.head, people.stranger):
        assert browse(who).get(reverse("workflows:withdraw", args=[case.public_id])).status_code == 404
    with pytest.raises(Refused, match="depunătorul"):
        closing.withdraw(case, by=people.head)


def test_a_request_to_which_anothers_is_joined_is_not_withdrawn(people, case):
    other = User.objects.create_user("alt@demo.example.ro", "x", person=people.stranger.person)
    closing.join(file_case(other), into=str(case.public_id), by=people.head)
    with pytest.raises(Refused, match="conexată"):
        closing.withdraw(case, by=people.provider)


def test_the_joined_one_learns_that_the_other_was_closed(people, case, browse):
    other = User.objects.create_user("alt@demo.example.ro", "x", person=people.stranger.person)
    second = file_case(other)
    closing.join(second, into=str(case.public_id), by=people.head)
    page = reverse("workflows:my_case", args=[second.public_id])
    assert "Primiți un singur răspuns" in browse(other).get(page).content.decode()
    closed(case, people)
    after = browse(other).get(page).content.decode()
    assert "Primiți un singur răspuns" not in after
    assert "nu se mai dă o decizie (Clasată)" in after
    run_jobs()
    assert any(str(second.entry) in m.body and str(case.entry) in m.body for m in mail.outbox if "clasat" in m.body)


def test_every_cause_has_its_ground():
    for cause in causes.EVERY:
        assert cause.grounds
    assert causes.JOINING.ground == "art. 10 din Ordonanța Guvernului nr. 27/2002"


def test_a_head_of_two_roles_is_not_asked_for_more(people, case):
    """A head who also signs may close: closing is no stage of the decision."""
    memberships.start(user=people.head, house=people.house, role=Role.DIRECTOR, starts_on=DAY, by=None)
    assert closed(case, people).state == "filed"
