"""Periodic work of cases: it only finds what is due, durable jobs do it."""

from celery import shared_task

from backoffice.calendar import today
from workflows import deadlines


@shared_task(name="workflows.deadlines")
def run_deadlines() -> int:
    """Reminders and lapses of completion requests."""
    return deadlines.enqueue_due(today())
