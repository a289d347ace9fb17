"""Claiming, giving back and carrying out a step: all derives from the task row, rights are read under the lock."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy
from viewflow.workflow import STATUS
from viewflow.workflow.activation import Activation
from viewflow.workflow.models import Task

from backoffice.accounts import access
from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Can, roles_with
from backoffice.audit import log
from backoffice.isolation.context import acting_for
from workflows.engine.lock import By, locked
from workflows.engine.nodes import Step, WaitForApplicant, WorkerJob, demand_holder, end_here
from workflows.enums import Outcome
from workflows.errors import Refused, Stale
from workflows.models import Assignment, Case
from workflows.models.decision import FIRST, LAST
from workflows.services import completions, decisions
from workflows.services.casefile import CaseFile
from workflows.services.completions import Received

SIGNED = gettext_lazy(
    "Decizia este semnată și se emite: dosarul nu se mai închide, conexează, retrage sau prelungește."
)


@dataclass(frozen=True)
class Answer:
    """What a person chose at a step."""

    outcome: str
    reasons: tuple[str, ...] = ()
    text: str = ""
    text_sha256: str = ""
    grounds: tuple[str, ...] | None = None


def task_for(user: User, pk: int) -> Task:
    """The open step with this number, for a person who may see its case; else 404. Raises `Stale` when it moved on."""
    assignment = Assignment.objects.filter(process__task=pk).select_related("task__process").first()
    if assignment is None or not access.can(user, Can.SEE_CASES, assignment.house_id, assignment.procedure):
        raise Http404
    if assignment.task is None or assignment.task_id != pk:
        raise Stale
    return assignment.task


def claim(task: Task, *, by: User) -> Case:
    """Take a step. Raises `PermissionDenied`, `Refused` with the reason, `Stale` when somebody was faster."""
    with _locked(task, by) as (activation, file):
        if activation.task.status != STATUS.NEW:
            raise Stale
        step = activation.flow_task
        if file.membership_of(by, step.right) is None:
            raise PermissionDenied
        if sentence := file.refusal(by, step.stage.code):
            raise Refused(sentence)
        activation.assign(by)
        log.record("case.claimed", on=file.case, by=by, house=file.case.house, step=step.name)
    return file.case


def release(task: Task, *, by: User) -> Case:
    """Give a step back to the queue; only its holder can."""
    with _locked(task, by) as (activation, file):
        if activation.task.status != STATUS.ASSIGNED or activation.task.owner_id != by.pk:
            raise PermissionDenied
        activation.unassign()
        log.record("case.released", on=file.case, by=by, house=file.case.house, step=activation.flow_task.name)
    return file.case


def reassign(task: Task, *, to: User, by: User) -> Case:
    """A head gives a step to a colleague who may do it."""
    with _locked(task, by) as (activation, file):
        if file.membership_of(by, Can.REASSIGN) is None:
            raise PermissionDenied
        step = activation.flow_task
        if file.membership_of(to, step.right) is None:
            raise Refused(decisions.NOT_IN_THIS_ROLE)
        if sentence := file.refusal(to, step.stage.code):
            raise Refused(sentence)
        if activation.task.status == STATUS.NEW:
            activation.assign(to)
        else:
            activation.reassign(to)
        log.record("case.reassigned", on=file.case, by=by, house=file.case.house, step=step.name, to=to.pk)
    return file.case


def colleagues(file: CaseFile, step: Step, *, today: date) -> list[User]:
    """Who could be given this step today."""
    roles = roles_with(step.right, file.case.procedure)
    active = Membership.objects.active_on(today).filter(house=file.case.house_id, role__in=roles)
    users = User.objects.filter(memberships__in=active).select_related("person").distinct()
    return sorted((u for u in users if file.refusal(u, step.stage.code) is None), key=str)


def execute(
    task: Task, *, by: User, answer: Answer, today: date, ask: Callable[[Step], None] = lambda step: None
) -> Case:
    """Carry out the step that this task row is, and move the flow, in one transaction.

    `ask` is what the page wants to know before this step, for instance a fresh log-in; what it raises comes out.
    Raises `PermissionDenied`, `Refused`, `Stale`; nothing was changed then.
    """
    with _locked(task, by) as (activation, file):
        ask(activation.flow_task)
        demand_holder(activation, by, file)
        _decide(file, activation.flow_task.stage.code, by, answer, today)
        activation.start(request=None)
        activation.execute()
    return file.case


@transaction.atomic
def complete(
    case: Case,
    *,
    by: User,
    content: dict,
    as_written: Sequence[str] = (),
    missing: Sequence[str] = (),
    received: Received | None = None,
    today: date,
) -> None:
    """The answer to a completion request, sent by the applicant or keyed in; the case goes back to the clerk."""
    with acting_for([case.house_id]), _waiting(case.pk, WaitForApplicant) as (activation, file):
        file.case = completions.answer(
            case, content=content, as_written=as_written, missing=missing, received=received, by=by, today=today
        )
        _go_on(activation)


@transaction.atomic
def lapse(case: Case, *, today: date) -> bool:
    """The term of a completion passed: back to the clerk."""
    with _waiting(case.pk, WaitForApplicant) as (activation, file):
        lapsed = completions.lapse(file.case, today=today)
        if lapsed:
            _go_on(activation)
    return lapsed


@contextmanager
def finish_job(case: int) -> Iterator[CaseFile]:
    """Under the lock: what is done inside finishes the worker's node, and the flow goes on. Raises `Stale`."""
    with _waiting(case, WorkerJob) as (activation, file):
        yield file
        _go_on(activation)


@contextmanager
def undecided(case: int) -> Iterator[CaseFile]:
    """A case that waits for a person of the house or for the applicant, under its lock; its turn stays as it is.

    Raises `Stale` when it is over, `Refused` when its decision is signed already.
    """
    with _not_signed(case) as (_activation, file):
        yield file


@contextmanager
def ending(case: int) -> Iterator[CaseFile]:
    """As `undecided`; what is done inside ends the case, and its open step and its flow end with it."""
    with _not_signed(case) as (activation, file):
        yield file
        end_here(activation)


@contextmanager
def _not_signed(case: int) -> Iterator[tuple[Activation, CaseFile]]:
    with locked(By.CASE, case) as process:
        if process is None:
            raise Stale
        file = CaseFile.of_process(process)
        activation = _open_step(file)
        if activation is None:
            raise Stale
        if isinstance(activation.flow_task, WorkerJob):
            raise Refused(SIGNED)
        yield activation, file


@contextmanager
def _locked(task: Task, by: User) -> Iterator[tuple[Activation, CaseFile]]:
    """A step under the lock of its process, and the case as it is read then; of `task` only the number counts.

    Raises `Stale` when it is not the open step of a person, `PermissionDenied` when it is not in the person's sight.
    """
    with locked(By.TASK, task.pk) as process:
        if process is None:
            raise PermissionDenied
        file = CaseFile.of_process(process)
        if file.membership_of(by, Can.SEE_CASES) is None:
            raise PermissionDenied
        activation = _open_step(file)
        if activation is None or activation.task.pk != task.pk or not isinstance(activation.flow_task, Step):
            raise Stale
        if activation.task.status not in (STATUS.NEW, STATUS.ASSIGNED):
            raise Stale
        yield activation, file


@contextmanager
def _waiting(case: int, node: type[WaitForApplicant] | type[WorkerJob]) -> Iterator[tuple[Activation, CaseFile]]:
    """The open node of this kind under the lock of its process. Raises `Stale` when the case waits for another."""
    with locked(By.CASE, case) as process:
        if process is None:
            raise Stale
        file = CaseFile.of_process(process)
        activation = _open_step(file)
        if activation is None or not isinstance(activation.flow_task, node):
            raise Stale
        yield activation, file


def _open_step(file: CaseFile) -> Activation | None:
    """The open task of the case, ready to be moved; its process hands the file on from node to node."""
    assignment = file.case.assignment
    if assignment.task is None:
        return None
    assignment.task.process = assignment.process
    activation = assignment.task.flow_task.activation_class(assignment.task)
    activation.process.case_file = file
    return activation


def _go_on(activation: Activation) -> None:
    """What the node waited for has happened."""
    activation.run(None)
    activation.execute()


def _decide(file: CaseFile, stage: str, by: User, answer: Answer, today: date) -> None:
    if stage != FIRST:
        outcome = _agreed(file, answer)
        if stage == LAST:
            decisions.sign(file, by=by, outcome=outcome, text_sha256=answer.text_sha256, text=answer.text)
        else:
            decisions.confirm(file, stage, by=by, outcome=outcome, text=answer.text)
    elif answer.outcome == "completion":
        completions.ask(file, by=by, reasons=answer.reasons, text=answer.text, today=today)
    elif answer.outcome in (Outcome.APPROVE, Outcome.REJECT):
        outcome = Outcome(answer.outcome)
        decisions.propose(
            file, by=by, outcome=outcome, reasons=answer.reasons, grounds=answer.grounds, text=answer.text
        )
    else:
        raise Refused(decisions.CHOOSE)


def _agreed(file: CaseFile, answer: Answer) -> Outcome:
    """After the proposal a person agrees with it or returns it; nobody turns it around."""
    if answer.outcome == "agree" and file.proposed is not None:
        return file.proposed
    if answer.outcome == Outcome.RETURN:
        return Outcome.RETURN
    raise Refused(decisions.CHOOSE)
