"""The kinds of node a case passes: a step of a person, a wait for the applicant, a job of the worker, the end.

Nodes keep `Assignment` true: whoever creates, gives or ends a task writes whose turn it is, in the same transaction.
A step is the first of three layers of four eyes (node, service, database).
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from viewflow.workflow import PROCESS, STATUS, flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.nodes.handle import HandleActivation
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.nodes.view import ViewActivation

from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.jobs import queue
from workflows.engine.lock import belonging_to
from workflows.models import Assignment, Case
from workflows.services.casefile import CaseFile
from workflows.stages import Stage


def case_file_of(activation: Activation) -> CaseFile:
    """The case of a process as this transaction has read it: once, and handed on from node to node."""
    process = activation.process
    if not hasattr(process, "case_file"):
        process.case_file = CaseFile.of_process(process.pk)
    return process.case_file


def _assign(activation: Activation, *, right: str = "", holder: User | None = None) -> None:
    Assignment.objects.filter(process=activation.process.pk).update(
        task=activation.task, step=activation.flow_task.name, right=right, holder=holder, since=Now()
    )


class OpenedActivation(StartHandleActivation):
    """The first node; its process was inserted a moment ago by this transaction, so nobody else can have it."""

    @Activation.status.super()
    def execute(self):
        self.complete()
        self.activate_next()


class Opened(flow.StartHandle):
    """A case is registered, or decided anew: tie it to its process, and that to its house, before the first step."""

    activation_class = OpenedActivation

    def __init__(self) -> None:
        super().__init__(func=_open)


def _open(activation: Activation, case: Case, file: CaseFile) -> Any:
    with belonging_to(case.house_id):
        activation.process.save()
    if case.round > 1:  # a decision was withdrawn, the case is decided anew
        Assignment.objects.filter(case=case).update(process=activation.process, due_on=case.due_on)
    else:
        Assignment.objects.create(
            case=case, process=activation.process, house=case.house, procedure=case.procedure, due_on=case.due_on
        )
    activation.process.case_file = file
    return activation.process


class StepActivation(ViewActivation):
    """A step that a person takes, gives back and carries out; each writes who holds the case."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        activation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        procedure = case_file_of(activation).case.procedure
        _assign(activation, right=f"{procedure}.{flow_task.right}", holder=activation.task.owner)
        return activation

    @Activation.status.super()
    def assign(self, user):
        super().assign.original(user)
        Assignment.objects.filter(task=self.task).update(holder=user, since=Now())

    @Activation.status.super()
    def unassign(self):
        super().unassign.original()
        Assignment.objects.filter(task=self.task).update(holder=None, since=Now())

    @Activation.status.super()
    def reassign(self, user=None):
        super().reassign.original(user)
        Assignment.objects.filter(task=self.task).update(holder=user, since=Now())


class Step(flow.View):
    """A human step: which right it needs in the case's house, and which stage it decides."""

    activation_class = StepActivation

    def __init__(self, right: Can, stage: Stage) -> None:
        super().__init__(view=None)
        self.right = right
        self.stage = stage
        self.title = stage.title
        self._owner = self._former_holder

    def may(self, user: User, file: CaseFile) -> bool:
        """Right in this house today, and no other part in this case: asked for claim and for carrying out."""
        return file.membership_of(user, self.right) is not None and file.refusal(user, self.stage.code) is None

    def can_assign(self, user, task):
        return task.owner_id is None and self.may(user, CaseFile.of_process(task.process_id))

    def can_execute(self, user, task):
        return task.owner_id == user.pk and self.may(user, CaseFile.of_process(task.process_id))

    def can_unassign(self, user, task):
        return task.owner_id == user.pk

    def _former_holder(self, activation: Activation) -> User | None:
        """A case that comes back to a step goes to whoever did it before, if they still may."""
        file = case_file_of(activation)
        last = next((d for d in reversed(file.decisions) if d.stage == self.stage.code), None)
        return last.user if last and self.may(last.user, file) else None


class WaitActivation(HandleActivation):
    """Waiting for somebody outside the house."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        activation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        _assign(activation)
        return activation


class WaitForApplicant(flow.Handle):
    """The case waits until a service says it may go on: the applicant answered, or the term passed."""

    activation_class = WaitActivation
    title = _("Completări cerute")


class WorkerJobActivation(WaitActivation):
    """Waiting for the worker: the job row is written in the transaction that brought the case here."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        activation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        case = case_file_of(activation).case
        key = f"{flow_task.kind}:{case.pk}:{case.round}"
        queue.enqueue(flow_task.kind, object_id=case.pk, house=case.house_id, dedupe_key=key)
        return activation


class WorkerJob(flow.Handle):
    """The worker does a kind of work for the case and then finishes this node."""

    activation_class = WorkerJobActivation
    title = _("Emitere")

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


class EndActivation(flow.End.activation_class):
    """The last node: nobody's turn any more. A case has one open step, so its process is over in the same moment."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        process, moment = prev_activation.process, now()
        task = flow_task.flow_class.task_class(
            process=process, flow_task=flow_task, token=token, status=STATUS.DONE, started=moment, finished=moment
        )
        task.save()
        task.previous.add(prev_activation.task)
        process.status, process.finished = PROCESS.DONE, moment
        process.save(update_fields=["status", "finished"])
        Assignment.objects.filter(process=process.pk).update(task=None, step="", right="", holder=None, since=None)
        return cls(task)


class End(flow.End):
    """The case is over."""

    activation_class = EndActivation


def end_here(activation: Activation) -> None:
    """End the flow at its open node, whoever it waits for: nobody's turn any more, and stale pages meet a conflict."""
    activation.cancel()
    process = activation.process
    process.status, process.finished = PROCESS.CANCELED, now()
    process.save(update_fields=["status", "finished"])
    Assignment.objects.filter(process=process.pk).update(task=None, step="", right="", holder=None, since=None)


class Branch(flow.Switch):
    """Which way the case goes on. It waits for nobody, so it writes no task: steps follow each other."""

    def _create(self, prev_activation, token, data=None, seed=None):
        node = next(node for node, condition in self._branches if condition is None or condition(prev_activation))
        return node._create(prev_activation, token)


def case_is(state: object) -> Callable[[Activation], bool]:
    """Condition of a branch: where the service has just moved the case."""
    return lambda activation: case_file_of(activation).case.state == str(state)


def demand_holder(activation: Activation, user: User, file: CaseFile) -> None:
    """Only who holds the step may carry it out, and only with rights that hold now. Raises `PermissionDenied`."""
    task = activation.task
    if task.status != STATUS.ASSIGNED or task.owner_id != user.pk or not activation.flow_task.may(user, file):
        raise PermissionDenied
