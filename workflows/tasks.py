"""Periodic work of cases; each run looks at rows and dates only."""

from celery import shared_task

from backoffice.calendar import today
from workflows import deadlines


@shared_task(name="workflows.deadlines")
def run_deadlines() -> int:
    """Reminders and lapses of completion requests."""
    return deadlines.run(today())
