"""The three kinds of node a case passes: a step of a person, a wait for the applicant, a job of the worker.

Nodes keep `Turn` true: whoever creates, gives or ends a task writes the row of whose turn it is, in the same
transaction. They are the first of the three walls of four eyes (node, service, database).
"""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from viewflow.workflow import STATUS, flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.models import Process
from viewflow.workflow.nodes.handle import HandleActivation
from viewflow.workflow.nodes.view import ViewActivation

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.jobs import queue
from enrolment.enums import Stage, State
from enrolment.models import Case
from enrolment.services import decisions
from workflows.models import Turn


def _open_turn(activation: Activation, *, right: str = "", holder: User | None = None) -> None:
    Turn.objects.filter(process=activation.process.pk).update(
        task=activation.task, step=activation.flow_task.name, right=right, holder=holder, since=Now()
    )


def turn_of(process: Process) -> Turn:
    """The turn of a process with its case and house, read once per process object."""
    if "turn" not in process._state.fields_cache:
        process._state.fields_cache["turn"] = Turn.objects.select_related("case__house").get(process=process.pk)
    return process.turn


class StepActivation(ViewActivation):
    """A step that a person takes, gives back and carries out; each writes who holds the case."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        activation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        _open_turn(activation, right=str(flow_task.right), holder=activation.task.owner)
        return activation

    @Activation.status.super()
    def assign(self, user):
        super().assign.original(user)
        Turn.objects.filter(task=self.task).update(holder=user, since=Now())

    @Activation.status.super()
    def unassign(self):
        super().unassign.original()
        Turn.objects.filter(task=self.task).update(holder=None, since=Now())

    @Activation.status.super()
    def reassign(self, user=None):
        super().reassign.original(user)
        Turn.objects.filter(task=self.task).update(holder=user, since=Now())


class Step(flow.View):
    """A human step: which right it needs in the case's house, and which stage it decides."""

    activation_class = StepActivation

    def __init__(self, right: Can, stage: Stage) -> None:
        super().__init__(view=None)
        self.right = right
        self.stage = stage
        self._owner_permission = self._permission
        self._owner_permission_obj = None
        self._owner = self._former_holder

    def may(self, user: User, case: Case) -> bool:
        """Right in this house today, and no other part in this case: asked for claim, view and act."""
        return access.can(user, self.right, case.house_id) and decisions.refusal(case, user, self.stage) is None

    def can_assign(self, user, task):
        return task.owner_id is None and self.may(user, turn_of(task.process).case)

    def can_execute(self, user, task):
        return task.owner_id == user.pk and self.may(user, turn_of(task.process).case)

    def can_unassign(self, user, task):
        return task.owner_id == user.pk

    def _permission(self, activation: Activation) -> str:
        return access.permission_name(self.right, turn_of(activation.process).case.house.code)

    def _former_holder(self, activation: Activation) -> User | None:
        """A case that comes back to a step goes to whoever did it before, if they still may (product.md C1)."""
        case = turn_of(activation.process).case
        last = case.decisions.filter(stage=self.stage).select_related("user").last()
        return last.user if last and self.may(last.user, case) else None


class WaitActivation(HandleActivation):
    """Waiting for somebody outside the house."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        activation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        _open_turn(activation)
        return activation


class Wait(flow.Handle):
    """The case waits until a service says it may go on (the applicant answered, the term passed)."""

    activation_class = WaitActivation


class JobActivation(WaitActivation):
    """Waiting for the worker: the job row is written in the transaction that brought the case here."""

    @classmethod
    def create(cls, flow_task, prev_activation, token, data=None, seed=None):
        activation = super().create(flow_task, prev_activation, token, data=data, seed=seed)
        case = turn_of(activation.process).case
        queue.enqueue(flow_task.kind, object_id=case.pk, house=case.house_id)
        return activation


class Job(flow.Handle):
    """The worker does a kind of work for the case and then finishes this node (architecture.md 7 "job state")."""

    activation_class = JobActivation

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind


class OverActivation(flow.End.activation_class):
    """The last node: nobody's turn any more."""

    @Activation.status.super()
    def complete(self):
        super().complete.original()
        Turn.objects.filter(process=self.process.pk).update(task=None, step="", right="", holder=None, since=None)


class Over(flow.End):
    activation_class = OverActivation


def case_is(state: State) -> Callable[[Activation], bool]:
    """Condition of a gateway: where the service has just moved the case, read from its row."""
    return lambda activation: Case.objects.filter(turn__process=activation.process.pk, state=state).exists()


def demand_holder(activation: Activation, user: User, case: Case) -> None:
    """Only who holds the step may act, and only with rights that hold now. Raises `PermissionDenied`."""
    task = activation.task
    if task.status != STATUS.ASSIGNED or task.owner_id != user.pk or not activation.flow_task.may(user, case):
        raise PermissionDenied
