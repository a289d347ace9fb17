"""A case from filing to the opened key, and its side roads."""

from datetime import date

import pytest
from django.core import mail
from viewflow.workflow.models import Process, Task

from backoffice.audit.models import Event
from backoffice.jobs.models import Job
from backoffice.romania.calendar import add_working_days
from enrolment.providers import services
from enrolment.providers.flow import EnrolmentFlow
from enrolment.providers.models import Enrolment, EnrolmentState, LicenceKey
from notifications.models import Document, Message
from tests.conftest import DAY
from tests.world import act, application, approved, file_case, open_task, rejected, run_jobs
from workflows import procedures
from workflows.engine.lock import RowLock
from workflows.enums import CaseState
from workflows.errors import Refused
from workflows.models import Assignment, Case, RegistryEntry
from workflows.services import completions, deliveries, steps

pytestmark = pytest.mark.calendar


def path(case):
    return [task.flow_task.name for task in Task.objects.filter(process=case.assignment.process).order_by("pk")]


def test_an_approval_ends_with_decision_key_and_letter(people, case):
    approved(case, people)
    assert case.state == CaseState.ISSUING
    assert run_jobs() == 2  # issuing, then its mail
    case.refresh_from_db()
    assert case.state == CaseState.APPROVED
    assert case.decided_at is not None
    assert path(case) == ["start", "review", "endorse", "sign", "issue", "end"]
    assert Process.objects.get(pk=case.assignment.process_id).status == "DONE"
    decision, convention = Document.objects.filter(about=case.public_id).order_by("kind")
    assert decision.number == convention.number == "2/" + f"{decision.day:%d.%m.%Y}"
    exit_entry = RegistryEntry.objects.get(kind="exit")
    assert exit_entry.answers == case.entry
    key = LicenceKey.objects.get()
    assert key.enrolment.state == EnrolmentState.ISSUED
    assert [m.state for m in Message.objects.all()] == ["sent"]
    assert mail.outbox[0].to == [people.provider.email]
    assert "/cereri/" in mail.outbox[0].body


def test_the_key_opens_once_for_its_holder_and_is_verified_for_good(people, case):
    approved(case, people)
    run_jobs()
    key = LicenceKey.objects.select_related("enrolment__case__filing", "house").get()
    with pytest.raises(Refused):
        services.open_once(key, by=people.clerk)
    clear = services.open_once(key, by=people.provider)
    assert services.matches(key, clear)
    assert not services.matches(key, clear[:-1] + ("0" if clear[-1] != "0" else "1"))
    with pytest.raises(Refused, match="deja"):
        services.open_once(key, by=people.provider)
    key.refresh_from_db()
    assert key.envelope is None
    assert Enrolment.objects.get().state == EnrolmentState.ACTIVE
    assert deliveries.communicated_on(case) is None  # the key is one thing, the decision another


def test_a_rejection_names_reasons_facts_and_remedy_and_gives_no_key(people):
    content = application()
    content["work_points"][0]["sanitary_authorisation"]["valid_until"] = "2026-05-29"
    case = file_case(people.provider, content=content)
    rejected(case, people)
    run_jobs()
    case.refresh_from_db()
    assert case.state == CaseState.REJECTED
    assert path(case) == [
        "start",
        "review",
        "visa",
        "endorse",
        "sign",
        "issue",
        "end",
    ]
    letter = Document.objects.get(about=case.public_id)
    assert letter.kind == "providers.rejection"
    reason = letter.context["reasons"][0]
    assert reason["code"] == "R05"
    assert "29 mai 2026" in reason["facts"][0]
    assert reason["ground"].startswith(
        "regula casei; temei general: art. 30 alin. (2), art. 280 alin. (2) și art. 346⁶"
    )
    assert reason["fix"]
    assert not LicenceKey.objects.exists()
    assert not Enrolment.objects.exists()


def test_a_returned_case_goes_back_to_who_proposed_it(people, case):
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="return", text="Verificați adresa.")
    assert case.state == "propose"
    assert case.round == 2
    assert open_task(case).owner == people.clerk
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    assert case.state == "sign"


def test_a_former_holder_whose_role_ended_is_not_given_the_case(people, case):
    from backoffice.accounts.models import Membership
    from backoffice.accounts.services import memberships

    act(case, people.clerk, outcome="approve")
    memberships.end(Membership.objects.get(user=people.clerk), by=None)
    act(case, people.head, outcome="return", text="Verificați adresa.")
    assert open_task(case).owner is None


def test_a_completion_is_asked_answered_and_judged_again(people):
    content = application()
    content["no_contract_declaration"] = False
    case = file_case(people.provider, content=content)
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți declarația.")
    assert case.state == CaseState.COMPLETION
    asked = completions.open_request(case)
    assert asked.due_on == add_working_days(DAY, 10)
    answer = case.content | {"no_contract_declaration": True}
    with pytest.raises(Refused):
        steps.complete(case, by=people.clerk, content=answer, today=DAY)
    steps.complete(case, by=people.provider, content=answer, today=DAY)
    case.refresh_from_db()
    assert (case.state, case.version) == ("propose", 2)
    assert [c.findings and c.findings[0]["code"] for c in case.checks.all()] == ["R02", []]
    act(case, people.clerk, outcome="approve")
    assert case.state == "endorse"


def test_a_completion_changes_neither_provider_nor_county(people, case):
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    other = case.content
    other["provider"] = other["provider"] | {"uic": "98765438"}
    with pytest.raises(Refused, match="fiscală"):
        steps.complete(case, by=people.provider, content=other, today=DAY)
    moved = case.content
    moved["work_points"][0]["address"] = moved["work_points"][0]["address"] | {"county": "CJ"}
    with pytest.raises(Refused, match="județ"):
        steps.complete(case, by=people.provider, content=moved, today=DAY)


def test_who_worked_on_a_case_cannot_be_declared_in_it_and_the_applicant_does_not_learn_who(people, case):
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="return", text="Lămuriți.")
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    content = case.content
    person = people.head.person
    content["physicians"][0] |= {"cnp": person.cnp, "last_name": person.last_name, "first_name": person.first_name}
    with pytest.raises(Refused, match="persoanelor declarate") as refused:
        steps.complete(case, by=people.provider, content=content, today=DAY)
    assert person.last_name not in str(refused.value.sentence)
    case.refresh_from_db()
    assert (case.state, case.version) == (CaseState.COMPLETION, 1)
    steps.complete(case, by=people.provider, content=case.content, today=DAY)


def test_one_filing_over_two_counties_is_decided_by_two_houses(people):
    import copy

    content = application()
    point, physician = copy.deepcopy(content["work_points"][0]), copy.deepcopy(content["physicians"][0])
    point["address"] |= {"county": "CJ", "locality": "Cluj-Napoca"}
    physician |= {"work_point": 1, "last_name": "Rus", "stamp_code": "RUS01", "cnp": "2811103409027"}
    content["work_points"].append(point)
    content["physicians"].append(physician)
    file_case(people.provider, content=content)
    here, there = Case.objects.order_by("house__sort_key").reverse()
    assert {here.house.code, there.house.code} == {"CAS-CT", "CAS-CJ"}
    assert here.filing_id == there.filing_id
    assert [p["last_name"] for p in Case.objects.get(house__code="CAS-CJ").content["physicians"]] == ["Rus"]
    assert {str(c.entry) for c in (here, there)} == {f"1/{DAY:%d.%m.%Y}"}
    act(Case.objects.get(house__code="CAS-CJ"), people.stranger, outcome="approve")


def test_a_hundred_submissions_make_one_case(people):
    from workflows.services import filings
    from workflows.services.filings import submit

    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=application())
    submissions = [submit(filing, by=people.provider, today=DAY) for _ in range(100)]
    assert Case.objects.count() == 1
    assert [s.repeated for s in submissions] == [False] + [True] * 99


def test_the_due_date_is_fixed_at_registration(people):
    assert file_case(people.provider, today=date(2026, 11, 25)).due_on == date(2026, 12, 28)


def test_whose_turn_it_is_follows_the_task(people, case):
    turn = lambda: Assignment.objects.get(case=case)  # noqa: E731
    assert (turn().step, turn().right, turn().holder) == ("review", "providers.review", None)
    steps.claim(open_task(case), by=people.clerk)
    assert turn().holder == people.clerk
    steps.release(open_task(case), by=people.clerk)
    assert turn().holder is None
    approved(case, people)
    assert (turn().step, turn().right) == ("issue", "")
    run_jobs()
    assert (turn().task, turn().step) == (None, "")


def test_every_act_left_its_event_and_no_identity_number(people, case):
    approved(case, people)
    run_jobs()
    codes = list(Event.objects.filter(subject_type="workflows.Case").values_list("code", flat=True))
    assert codes == ["case.registered"] + [
        c for s in ("propose", "endorse", "sign") for c in ("case.claimed", f"decision.{s}")
    ]
    stored = str(list(Event.objects.values_list("facts", flat=True))) + str(list(Job.objects.values()))
    stored += str(list(Task.objects.values_list("data", flat=True))) + str(
        list(Process.objects.values_list("data", flat=True))
    )
    assert "1750514139013" not in stored


def test_the_flow_keeps_the_house_rules():
    assert EnrolmentFlow.lock_impl is RowLock or isinstance(EnrolmentFlow.lock_impl, RowLock)
    assert EnrolmentFlow.__bases__[0].__name__ == "CaseRules"
    for node in EnrolmentFlow.instance.nodes():
        assert node.task_type != "HUMAN" or (node.right and node.stage)


def test_an_engine_failure_leaves_no_local_variables(people, case):
    task = open_task(case)
    task.data = {"_exception": {"title": "1750514139013", "locals": {"key": "AB012"}, "traceback": "x"}}
    task.save()
    task.refresh_from_db()
    assert task.data == {"_exception": {"title": "failed"}}
