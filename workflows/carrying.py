"""Carrying out a step: everything derives from the task row, rights are read again under the lock (architecture.md 4.3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from viewflow.workflow import STATUS
from viewflow.workflow.activation import Activation
from viewflow.workflow.models import Task

from backoffice.accounts import access
from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Can, roles_with
from backoffice.audit import log
from backoffice.isolation.context import acting_for
from enrolment.enums import Outcome, Stage
from enrolment.errors import Refused, Stale
from enrolment.models import Case
from enrolment.services import completions, decisions
from workflows.flows import EnrolmentFlow
from workflows.models import Turn
from workflows.nodes import Step, demand_holder


@dataclass(frozen=True)
class Answer:
    """What a person chose at a step."""

    outcome: str
    reasons: tuple[str, ...] = ()
    text: str = ""
    text_sha256: str = ""


def task_for(user: User, pk: int) -> Task:
    """The door to a step: a person who may see the case, else 404. Raises `Stale` when the case moved on."""
    turn = Turn.objects.filter(process__task=pk).select_related("house").first()
    if turn is None or not access.can(user, Can.SEE_CASES, turn.house_id):
        raise Http404
    if turn.task_id != pk:
        raise Stale
    return Task.objects.get(pk=pk)


def claim(task: Task, *, by: User) -> Case:
    """Take a step. Raises `PermissionDenied`, `Refused` with the reason, `Stale` when somebody was faster."""
    with _locked_step(task) as (activation, case):
        if activation.task.status != STATUS.NEW:
            raise Stale
        step = activation.flow_task
        access.demand(by, step.right, case.house)
        if sentence := decisions.refusal(case, by, step.stage):
            raise Refused(sentence)
        activation.assign(by)
        log.record("case.claimed", on=case, by=by, house=case.house, step=step.name)
    return case


def release(task: Task, *, by: User) -> Case:
    """Give a step back to the queue; only its holder can."""
    with _locked_step(task) as (activation, case):
        if activation.task.status != STATUS.ASSIGNED or activation.task.owner_id != by.pk:
            raise PermissionDenied
        activation.unassign()
        log.record("case.released", on=case, by=by, house=case.house, step=activation.flow_task.name)
    return case


def reassign(task: Task, *, to: User, by: User) -> Case:
    """A head gives a step to a colleague who may do it."""
    with _locked_step(task) as (activation, case):
        access.demand(by, Can.REASSIGN, case.house)
        step = activation.flow_task
        if not access.can(to, step.right, case.house):
            raise Refused(decisions.NOT_IN_THIS_ROLE)
        if sentence := decisions.refusal(case, to, step.stage):
            raise Refused(sentence)
        if activation.task.status == STATUS.NEW:
            activation.assign(to)
        else:
            activation.reassign(to)
        log.record("case.reassigned", on=case, by=by, house=case.house, step=step.name, to=to.pk)
    return case


def colleagues(case: Case, step: Step, *, today: date) -> list[User]:
    """Who could be given this step today."""
    active = Membership.objects.active_on(today).filter(house=case.house, role__in=roles_with(step.right))
    users = User.objects.filter(memberships__in=active).select_related("person").distinct()
    return sorted((u for u in users if decisions.refusal(case, u, step.stage) is None), key=str)


def act(task: Task, *, by: User, answer: Answer, today: date) -> Case:
    """Carry out the step that this task row is, and move the flow, in one transaction.

    Raises `PermissionDenied`, `Refused`, `Stale`; nothing was changed then.
    """
    with _locked_step(task) as (activation, case):
        demand_holder(activation, by, case)
        _ACTS[activation.flow_task.stage](case, by, answer, today)
        activation.start(request=None)
        activation.execute()
    return case


@transaction.atomic
def complete(case: Case, *, by: User, content: dict, as_written: tuple[str, ...] = (), today: date) -> None:
    """The applicant's answer to a completion request, and the case goes back to the clerk."""
    with acting_for([case.house_id]), EnrolmentFlow.lock(case.turn.process_id):
        completions.answer(case, content=content, as_written=as_written, by=by, today=today)
        EnrolmentFlow.completion.run(Turn.objects.select_related("task").get(case=case).task)


@transaction.atomic
def lapse(case: Case, *, today: date) -> bool:
    """The term of a completion passed: back to the clerk."""
    with EnrolmentFlow.lock(case.turn.process_id):
        lapsed = completions.lapse(case, today=today)
        if lapsed:
            EnrolmentFlow.completion.run(Turn.objects.select_related("task").get(case=case).task)
    return lapsed


@contextmanager
def _locked_step(task: Task) -> Iterator[tuple[Activation, Case]]:
    with task.activation() as activation:
        if not isinstance(activation.flow_task, Step) or activation.task.status not in (STATUS.NEW, STATUS.ASSIGNED):
            raise Stale
        yield activation, Case.objects.select_related("house", "filing").get(turn__process=activation.process.pk)


def _propose(case: Case, by: User, answer: Answer, today: date) -> None:
    if answer.outcome == "completion":
        completions.ask(case, by=by, reasons=answer.reasons, text=answer.text, today=today)
    else:
        decisions.propose(case, by=by, outcome=_outcome(answer), reasons=answer.reasons, text=answer.text)


def _visa(case: Case, by: User, answer: Answer, today: date) -> None:
    decisions.give_visa(case, by=by, outcome=_agreed(case, answer), text=answer.text)


def _endorse(case: Case, by: User, answer: Answer, today: date) -> None:
    decisions.endorse(case, by=by, outcome=_agreed(case, answer), text=answer.text)


def _sign(case: Case, by: User, answer: Answer, today: date) -> None:
    decisions.sign(case, by=by, outcome=_agreed(case, answer), text_sha256=answer.text_sha256, text=answer.text)


_ACTS: dict[Stage, Callable[[Case, User, Answer, date], None]] = {
    Stage.PROPOSE: _propose,
    Stage.VISA: _visa,
    Stage.ENDORSE: _endorse,
    Stage.SIGN: _sign,
}


def _outcome(answer: Answer) -> Outcome:
    if answer.outcome not in (Outcome.APPROVE, Outcome.REJECT):
        raise Refused(decisions.CHOOSE)
    return Outcome(answer.outcome)


def _agreed(case: Case, answer: Answer) -> Outcome:
    """After the proposal a person agrees with it or returns it; nobody turns it around."""
    if answer.outcome == "agree":
        return Outcome(decisions.proposal(case).outcome)
    if answer.outcome == Outcome.RETURN:
        return Outcome.RETURN
    raise Refused(decisions.CHOOSE)
