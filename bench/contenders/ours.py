"""The product as a contender. All that the bench calls of the product's services and models stands in this module."""

import itertools
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.db import connection, models
from django.test import Client
from django.urls import reverse

from backoffice.accounts.demo import make_people
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.audit.models import Event
from backoffice.jobs import queue, tasks
from backoffice.jobs.models import Job, JobState
from bench.measure import During, Work, demand, unmeasured
from enrolment.providers import demo
from enrolment.providers.models import EnrolmentState, LicenceKey
from tests.world import application, open_task, step_up
from workflows import procedures
from workflows.enums import CaseState
from workflows.inbox import PAGE
from workflows.models import Assignment, Case
from workflows.services import filings, texts
from workflows.services.casefile import CaseFile

TO_SIGNATURE = ("file", "claim review", "propose", "claim endorse", "endorse", "claim sign", "sign")
TO_KEY = (*TO_SIGNATURE, "issue", "open key")
FIRST_CLONE = 1_000_000
OPEN_SHARE = 8  # one case in eight is open
ROW = re.compile(r'data-href="[^"]*?([0-9a-f]{8}-[0-9a-f-]{27})')
numbers = itertools.count(1)


@dataclass(frozen=True)
class Somebody:
    """An account and the browser in which it is logged in."""

    user: User
    client: Client

    def post(self, during: During, stage: str, page: str, *args: Any, status: int = 302, **answer: str):
        """One post, measured as `stage`."""
        with during(stage):
            response = self.client.post(reverse(page, args=args), answer)
        demand(response.status_code, status, f"status of {stage}")
        return response


@dataclass(frozen=True)
class Team:
    """Who a case passes."""

    provider: Somebody
    clerk: Somebody
    head: Somebody
    director: Somebody


def no_worker_listens() -> AbstractContextManager:
    """Jobs are written and nobody is told: the bench does them itself."""
    return mock.patch.object(queue, "publish", return_value=True)


def team() -> Team:
    """The demo's people, logged in, passwords just typed."""
    make_people()
    return Team(*(_log_in(f"{name}@demo.example.ro") for name in ("furnizor", "functionar1", "sef1", "director1")))


def _log_in(email: str) -> Somebody:
    somebody = Somebody(User.objects.get(email=email), Client())
    somebody.client.force_login(somebody.user)
    step_up(somebody.client)
    return somebody


def file(team: Team, during: During) -> Case:
    """A draft as the form would have saved it, then its submission."""
    draft = filings.start_online(procedures.get("providers"), owner=team.provider.user)
    uic = demo.fiscal_code(f"{10_000_000 + next(numbers)}0")
    demand(filings.save_draft(draft, content=application(uic=uic)), True, "the draft was saved")
    team.provider.post(during, "file", "workflows:file_review", draft.public_id)
    return Case.objects.get(filing=draft)


def to_signature(team: Team, during: During) -> Case:
    """Submit, then take and decide three times: seven posts, and the job of issuing waits."""
    case = file(team, during)
    _decide(team.clerk, case, during, "review", "propose", outcome="approve")
    _decide(team.head, case, during, "endorse", "endorse", outcome="agree")
    draft = texts.draft(CaseFile.of(case), CaseFile.of(case).proposal.outcome)
    _decide(team.director, case, during, "sign", "sign", outcome="agree", text_sha256=draft.sha256)
    case.refresh_from_db()
    demand(case.state, CaseState.ISSUING, "state of a signed case")
    stages = ["propose", "endorse", "sign"]
    demand([d.stage for d in case.decisions.order_by("pk")], stages, "decisions")
    demand(len({d.person_id for d in case.decisions.all()}), 3, "persons who decided")
    events = Event.objects.filter(subject_type=case._meta.label, subject_id=case.pk)
    wanted = ["case.registered", *(code for s in stages for code in ("case.claimed", f"decision.{s}"))]
    demand(list(events.order_by("pk").values_list("code", flat=True)), wanted, "events")
    demand(Assignment.objects.get(case=case).step, "issue", "step after the signature")
    return case


def to_key(team: Team, during: During) -> Case:
    """The whole case: after the signature the worker's job, then the applicant opens the key."""
    case = to_signature(team, during)
    job = Job.objects.get(object_id=case.pk, kind="providers.issue")
    with during("issue"):
        tasks.run_job(str(job.public_id))
    job.refresh_from_db()
    demand((job.state, job.last_code), (JobState.DONE, ""), "the job of issuing")
    key = LicenceKey.objects.get(enrolment__case=case)
    page = team.provider.post(during, "open key", "providers:key", case.public_id, status=200)
    demand(bool(page.content), True, "the page with the key")
    key.refresh_from_db()
    case.refresh_from_db()
    demand((key.envelope, key.enrolment.state), (None, EnrolmentState.ACTIVE), "key after it was opened")
    demand(case.state, CaseState.APPROVED, "state of an issued case")
    return case


def _decide(who: Somebody, case: Case, during: During, step: str, stage: str, **answer: str) -> None:
    task = open_task(case)
    demand(task.flow_task.name, step, "open step")
    who.post(during, f"claim {step}", "workflows:claim", task.pk)
    who.post(during, stage, "workflows:execute", task.pk, **answer)


# --- the inbox --------------------------------------------------------------------------------------------------------


def inbox_page(team: Team) -> Work:
    """The clerk's first page of what is to take; each time, its rows must be the most urgent cases of the house."""
    url = reverse("workflows:inbox") + "?lista=take"
    rows = Assignment.objects.filter(
        house__code="CAS-CT", right=f"providers.{Can.REVIEW}", task__isnull=False, holder__isnull=True
    )
    urgent = rows.order_by("due_on", "case_id")[:PAGE].values_list("case__public_id", flat=True)
    wanted = [str(public_id) for public_id in urgent]
    demand(bool(wanted), True, "the inbox has rows")

    def page(during: During) -> None:
        with during("inbox"):
            response = team.clerk.client.get(url)
        demand(response.status_code, 200, "status of the inbox")
        demand(ROW.findall(response.content.decode()), wanted, "rows of the inbox")

    return page


def fill_inbox(team: Team, total: int) -> None:
    """Bring the cases up to `total`: clones of one that was filed by post, spread over all houses, one in eight open.

    One account in ten cases, each of another person: tables of accounts that stay tiny are read as no real ones are.
    """
    have = Assignment.objects.filter(pk__gt=FIRST_CLONE).count()
    original = file(team, unmeasured)
    turn = Assignment.objects.select_related("case__filing__owner__person", "case__entry", "process", "task").get(
        case=original
    )
    case, account = turn.case, turn.case.filing.owner
    houses = list(House.objects.order_by("pk").values_list("pk", flat=True))
    row, person = f"{FIRST_CLONE} + k", f"{FIRST_CLONE} + (k + 9) / 10"
    is_open = f"k / {len(houses)} %% {OPEN_SHARE} = 0"
    anew = "'public_id', gen_random_uuid()"
    house = f"'house_id', (array{houses})[1 + k %% {len(houses)}]"
    due = "'due_on', current_date + 1 + k %% 60"
    people: list[tuple[models.Model, str]] = [
        (account.person, f"{anew}, 'cnp_index', '\\x' || md5(k::text)"),
        (account, f"'person_id', {row}, 'email', k || '@bench.example.ro'"),
    ]
    cases: list[tuple[models.Model, str]] = [
        (case.filing, f"{anew}, 'owner_id', {person}"),
        (case.entry, f"'number', {row}, {house}"),
        (turn.process, house),
        (
            case,
            f"{anew}, 'filing_id', {row}, 'entry_id', {row}, {house}, {due}, "
            f"'state', case when {is_open} then '{case.state}' else '{CaseState.APPROVED}' end, "
            f"'decided_at', case when {is_open} then null else now() end",
        ),
        (
            turn.task,
            f"'process_id', {row}, {house}, 'status', case when {is_open} then 'NEW' else 'DONE' end, "
            f"'finished', case when {is_open} then null else now() end",
        ),
        (
            turn,
            f"'case_id', {row}, 'process_id', {row}, {house}, {due}, "
            f"'task_id', case when {is_open} then {row} end, "
            f"'step', case when {is_open} then '{turn.step}' else '' end",
        ),
    ]
    for model, changes in people:
        _clone(model, f"'id', {row}, {changes}", have // 10 + 1, total // 10)
    for model, changes in cases:
        _clone(model, f"'id', {row}, {changes}", have + 1, total)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    demand(Assignment.objects.filter(pk__gt=FIRST_CLONE).count(), total, "cases made")


def _clone(model: models.Model, changes: str, first: int, last: int) -> None:
    """Insert copies of a row, past the guards; only the owner of the tables can."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(
            f"insert into {table} select made.* from {table} original cross join generate_series(%s::int, %s::int) k "
            f"cross join lateral jsonb_populate_record(original, jsonb_build_object({changes})) made "
            "where original.id = %s",
            [first, last, model.pk],
        )
        cursor.execute(f"alter table {table} enable trigger user")
