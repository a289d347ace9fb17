"""Two people at once: one wins, the other is told, nothing is doubled."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from viewflow.fsm import TransitionNotAllowed
from viewflow.workflow.exceptions import FlowLockFailed

from enrolment.providers import services
from enrolment.providers.models import LicenceKey
from tests.conftest import DAY
from tests.world import UICS, act, application, approved, file_case, open_task, rejected, run_jobs
from workflows import procedures
from workflows.errors import Refused
from workflows.models import Case, Decision, RegistryEntry
from workflows.services import decisions, filings, steps, texts
from workflows.services.casefile import CaseFile
from workflows.services.filings import submit

REFUSALS = (Refused, PermissionDenied, TransitionNotAllowed, FlowLockFailed)


def together(*calls):
    """Run the calls at the same moment, each on its own connection; `ok` or the name of the refusal."""
    barrier = Barrier(len(calls))

    def one(call):
        try:
            connection.ensure_connection()  # so that the race is about the rows, not about connecting
            barrier.wait(timeout=30)
            call()
            return "ok"
        except REFUSALS as problem:
            return type(problem).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(one, calls))


@pytest.fixture
def case(committed_people):
    return file_case(committed_people.provider)


def test_two_clerks_claim_one_case(committed_people, case):
    people, task = committed_people, open_task(case)
    results = together(*[lambda u=u: steps.claim(open_task_row(task), by=u) for u in (people.clerk, people.clerk2)] * 2)
    assert results.count("ok") == 1
    assert set(results) == {"ok", "Stale"}


def test_a_proposal_sent_four_times_is_one(committed_people, case):
    task = open_task(case)
    steps.claim(task, by=committed_people.clerk)
    answer = steps.Answer("approve")
    results = together(
        *[lambda: steps.execute(open_task_row(task), by=committed_people.clerk, answer=answer, today=DAY)] * 4
    )
    assert results.count("ok") == 1
    assert Decision.objects.count() == 1


def open_task_row(task):
    from viewflow.workflow.models import Task

    return Task.objects.get(pk=task.pk)


def test_endorse_and_return_at_once_are_one_decision(committed_people, case):
    people = committed_people
    act(case, people.clerk, outcome="approve")
    task = open_task(case)
    steps.claim(task, by=people.head)
    results = together(
        lambda: steps.execute(open_task_row(task), by=people.head, answer=steps.Answer("agree"), today=DAY),
        lambda: steps.execute(open_task_row(task), by=people.head, answer=steps.Answer("return", text="x"), today=DAY),
    )
    assert results.count("ok") == 1
    assert Decision.objects.filter(stage="endorse").count() == 1


def test_two_services_without_the_flows_lock_still_decide_once(committed_people, case):
    people = committed_people
    results = together(
        *[
            lambda u=u: decisions.propose(CaseFile.of(Case.objects.get(pk=case.pk)), by=u, outcome="approve")
            for u in (people.clerk, people.clerk2)
        ]
    )
    assert results.count("ok") == 1
    assert Decision.objects.count() == 1


def test_a_filing_submitted_eight_times_at_once_is_one_case(committed_people):
    people = committed_people
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=application())
    assert together(*[lambda: submit(filing, by=people.provider, today=DAY)] * 8) == ["ok"] * 8
    assert Case.objects.count() == RegistryEntry.objects.count() == 1


def test_two_filings_of_one_provider_see_each_other(committed_people):
    people = committed_people
    drafts = []
    for _ in range(2):
        drafts.append(filings.start_online(procedures.get("providers"), owner=people.provider))
        filings.save_draft(drafts[-1], content=application())
    together(*[lambda d=d: submit(d, by=people.provider, today=DAY) for d in drafts])
    found = sorted(len(case.checks.get().findings) for case in Case.objects.all())
    assert found == [0, 1]


def test_two_complaints_about_one_decision_at_once_are_one(committed_people):
    people = committed_people
    about = decided(people)
    drafts = [complaint(people, about) for _ in range(2)]
    assert together(*[lambda d=d: submit(d, by=people.provider, today=DAY) for d in drafts]) == ["Refused", "ok"]
    assert Case.objects.filter(about=about).count() == 1


def decided(people):
    """A rejection, issued."""
    case = rejected(file_case(people.provider, uic=UICS[3]), people)
    run_jobs("providers.issue")
    case.refresh_from_db()
    return case


def complaint(people, about):
    """The draft of a complaint about a decision."""
    draft = filings.start_online(procedures.get("complaints"), owner=people.provider, about=about)
    answers = {"against": ["whole"], "grounds": "Nu este așa.", "asks": "withdraw"}
    filings.save_draft(draft, content=draft.content | answers)
    return draft


def test_a_key_opened_eight_times_at_once_is_shown_once(committed_people, case):
    approved(case, committed_people)
    run_jobs("providers.issue")
    key = LicenceKey.objects.select_related("enrolment__case__filing", "house").get()
    results = together(*[lambda: services.open_once(key, by=committed_people.provider)] * 8)
    assert results.count("ok") == 1
    assert set(results) == {"ok", "Refused"}


def test_a_text_changed_while_it_was_read_is_not_signed(committed_people, case):
    people = committed_people
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    read = texts.draft(CaseFile.of(case), "approve").sha256
    task = open_task(case)
    steps.claim(task, by=people.director)
    steps.execute(task, by=people.director, answer=steps.Answer("return", text="x"), today=DAY)
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    with pytest.raises(Refused, match="Textul"):
        act(case, people.director, outcome="agree", text_sha256=read)


@pytest.mark.calendar  # the timeouts of the database run under a shifted clock too
def test_a_busy_case_is_said_to_be_busy(committed_people, case, settings):
    settings.LOCK_TIMEOUT = "200ms"
    from enrolment.providers.flow import EnrolmentFlow

    with EnrolmentFlow.lock(case.assignment.process_id):
        assert together(lambda: steps.claim(open_task(case), by=committed_people.clerk)) == ["FlowLockFailed"]
