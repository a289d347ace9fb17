"""Whose turn it is: the one row that ties a case to its process and makes every list cheap."""

from django.db import models
from django.db.models import F, Q
from viewflow.workflow.models import Process, Task

from backoffice.accounts.models import House, User
from backoffice.isolation.guards import guard, never_deleted
from workflows.models.case import Case


class Assignment(models.Model):
    """The open step of a case.

    Written by `workflows.engine.nodes` in the transaction that moves the task, and by nothing else; the engine's task
    row stays the truth. Lists read this row alone: house, step, holder and the legal term stand side by side, so that
    one partial index answers "what is most urgent".
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="assignment")
    process = models.OneToOneField(Process, on_delete=models.PROTECT, related_name="assignment")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    procedure = models.CharField(max_length=20)
    task = models.OneToOneField(Task, on_delete=models.PROTECT, null=True, related_name="assignment")
    step = models.CharField(max_length=20, blank=True)
    right = models.CharField(max_length=40, blank=True)
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(null=True)
    due_on = models.DateField()

    codes = ("procedure", "step", "right")
    deletable = "whose turn it is, drawn from the engine's task; case and task are held by foreign keys"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assignment_is_open_or_over",
                condition=Q(task__isnull=False, since__isnull=False) & ~Q(step="")
                | Q(task__isnull=True, step="", holder__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                F("house"),
                F("right"),
                F("due_on"),
                F("case"),
                name="assignment_to_take",
                condition=Q(task__isnull=False, holder__isnull=True),
            ),
            models.Index(
                F("holder"), F("due_on"), F("case"), name="assignment_mine", condition=Q(holder__isnull=False)
            ),
            models.Index(F("house"), F("due_on"), F("case"), name="assignment_open", condition=Q(task__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.step or '–'}"


# The engine's own tables. Its rows belong to a house, so that row-level security keeps them apart (the column is added
# by this room's first migration); no frame locals, traceback or message of an exception stays on a task row.
never_deleted("viewflow_process")
never_deleted("viewflow_task")
guard(
    "viewflow_process",
    "has_a_house",
    "before insert",
    """
begin
    new.house_id := nullif(current_setting('app.flow_house', true), '')::bigint;
    return new;
end
""",
)
guard(
    "viewflow_task",
    "has_a_house",
    "before insert",
    """
begin
    select p.house_id into new.house_id from viewflow_process p where p.id = new.process_id;
    return new;
end
""",
)
guard(
    "viewflow_task",
    "no_frame_locals",
    "before insert or update",
    """
begin
    if new.data ? '_exception' then
        new.data = jsonb_set(new.data, '{_exception}', '{"title": "failed"}');
    end if;
    return new;
end
""",
)
