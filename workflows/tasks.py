"""Periodic work of cases: it only finds what is due, durable jobs do it."""

from celery import shared_task

from backoffice.accounts import sessions
from backoffice.http import throttle
from backoffice.romania.calendar import today
from workflows import deadlines, notice, procedures


@shared_task(name="workflows.deadlines")
def run_deadlines() -> int:
    """Reminders and lapses, notices whose PDF is old, what each procedure looks for; sessions and counts over go."""
    sessions.clear_expired()
    throttle.clear_expired()
    day = today()
    found = deadlines.enqueue_due(day) + notice.enqueue_due(day)
    return found + sum(find(day) for procedure in procedures.every() for find in procedure.periodic)
