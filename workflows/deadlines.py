"""The clock of completions: reminders on working days 5 and 8 of 10, then back to the clerk.

A periodic task only finds what is due; each occasion is a durable job of its own, so one request that cannot be moved
delays no other, and nothing is told twice. All is computed from dates: a run that was missed is made up by the next.
Importing this module registers the kind of work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.jobs import queue
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, register, register_subjects
from backoffice.romania.calendar import add_working_days, today
from workflows.enums import CaseState
from workflows.models import Case, CompletionRequest
from workflows.services import completions, steps

CLOCK = "completion_clock"
REMINDERS = (5, 8)
BATCH = 500


@dataclass(frozen=True)
class Occasion:
    """One thing that is due for one completion request."""

    request: int
    house: int
    name: str

    @property
    def key(self) -> str:
        """Each occasion of a request is enqueued once under this key."""
        return f"{self.name}:{self.request}"


@transaction.atomic
def enqueue_due(day: date) -> int:
    """Write a job for each occasion that is due and has none yet; how many."""
    found = due_occasions(day)
    for occasion in found:
        queue.enqueue(CLOCK, object_id=occasion.request, house=occasion.house, dedupe_key=occasion.key)
    return len(found)


def due_occasions(day: date) -> list[Occasion]:
    """What is due on `day` over all houses and has no job yet, oldest first. The clock's one way past the policies."""
    first, second = (_asked_by(day, days) for days in REMINDERS)
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from completions_due(%s, %s, %s, %s, %s)", [settings.TIME_ZONE, day, first, second, BATCH]
        )
        return [Occasion(*row) for row in cursor.fetchall()]


def settle(job: Job, result: None) -> None:
    """Do what is due today for this request: whatever was missed meanwhile is done too, whatever was done is not."""
    asked = CompletionRequest.objects.select_related(
        "case__filing__owner", "case__house", "case__entry", "case__assignment"
    ).get(pk=job.object_id)
    if asked.answered_at or asked.lapsed_at or asked.case.state != CaseState.COMPLETION:  # closed meanwhile
        return
    day = today()
    if asked.due_on < day:
        steps.lapse(asked.case, today=day)
        return
    for days in REMINDERS:
        if day >= add_working_days(timezone.localdate(asked.asked_at), days):
            completions.tell(asked, f"completion_reminder_{days}")


def _asked_by(day: date, working_days: int) -> date:
    """The last day of asking from which `working_days` have passed on `day`."""
    asked_on = day
    while add_working_days(asked_on, working_days) > day:
        asked_on -= timedelta(days=1)
    return asked_on


def _asked(ids: Iterable[int]) -> dict[int, Case]:
    return {r.pk: r.case for r in CompletionRequest.objects.select_related("case__entry").filter(pk__in=ids)}


register(
    Handler(
        kind=CLOCK,
        label=_("Termenul unei completări"),
        queue="report",
        prepare=lambda job: None,
        work=lambda nothing: None,
        settle=settle,
    )
)
register_subjects(CLOCK, _asked)
