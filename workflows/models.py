"""Whose turn it is: the one row that ties a case to its process and makes every list cheap."""

from django.db import models
from django.db.models import F, Q
from viewflow.workflow.models import Process, Task

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from enrolment.models import Case


class Turn(models.Model):
    """The open step of a case (architecture.md 7 "case and flow").

    Written by `workflows.nodes` in the transaction that moves the task, and by nothing else; the engine's task row
    stays the truth. Lists read this row alone: house, step, holder and the legal term stand side by side, so that
    one partial index answers "what is most urgent" (performance.md 3).
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="turn")
    process = models.OneToOneField(Process, on_delete=models.PROTECT, related_name="turn")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField(Task, on_delete=models.PROTECT, null=True, related_name="turn")
    step = models.CharField(max_length=20, blank=True)
    right = models.CharField(max_length=20, blank=True, choices=[(str(r), str(r)) for r in Can])
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(null=True)
    due_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="turn_is_open_or_over",
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
                name="turn_to_take",
                condition=Q(task__isnull=False, holder__isnull=True),
            ),
            models.Index(F("holder"), F("due_on"), F("case"), name="turn_mine", condition=Q(holder__isnull=False)),
            models.Index(F("house"), F("due_on"), F("case"), name="turn_open", condition=Q(task__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.step or '–'}"
