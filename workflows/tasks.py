"""Periodic work of cases: it only finds what is due, durable jobs do it."""

from celery import shared_task

from backoffice.accounts import sessions
from backoffice.http import throttle
from backoffice.romania.calendar import today
from workflows import deadlines


@shared_task(name="workflows.deadlines")
def run_deadlines() -> int:
    """Reminders and lapses of completion requests; sessions and counts that are over go."""
    sessions.clear_expired()
    throttle.clear_expired()
    return deadlines.enqueue_due(today())
