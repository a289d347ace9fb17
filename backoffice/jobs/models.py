"""Work that must happen: one row per piece of work (docs/adr/0002-job-row-is-the-truth.md)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a piece of work stands."""

    QUEUED = "queued", _("În așteptare")
    RUNNING = "running", _("În lucru")
    DONE = "done", _("Terminată")
    FAILED = "failed", _("Eșuată")


OPEN = frozenset({JobState.QUEUED, JobState.RUNNING})


class Job(models.Model):
    """One piece of work. The row is the truth; a Celery message carries its id and nothing else."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    house = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    token = models.UUIDField(null=True)
    last_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    codes = ("kind", "dedupe_key", "last_code")
    deletable = "done work may be cleared away; what it did has rows of its own"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="running_job_has_a_token", condition=~Q(state=JobState.RUNNING) | Q(token__isnull=False)
            ),
            models.CheckConstraint(
                name="finished_job_has_its_time",
                condition=Q(state=JobState.DONE, finished_at__isnull=False)
                | (~Q(state=JobState.DONE) & Q(finished_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(F("due_at"), name="job_due", condition=Q(state__in=["queued", "running"])),
            models.Index(F("house"), F("id").desc(), name="job_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id} {self.state}"
