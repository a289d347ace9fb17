"""The clock of completions: reminders on working days 5 and 8 of 10, then back to the clerk (architecture.md 7).

Everything is computed from dates, so a run that was missed is made up by the next one, and two runs do no harm.
"""

from datetime import date

from django.utils import timezone

from backoffice.calendar import add_working_days
from enrolment.models import CompletionRequest
from enrolment.services import completions
from workflows import carrying

REMINDERS = (5, 8)


def run(today: date) -> int:
    """Send what reminders are due and let lapse what is over; how many requests were open."""
    open_requests = CompletionRequest.objects.filter(answered_at__isnull=True, lapsed_at__isnull=True)
    asked = list(open_requests.select_related("case__filing__owner", "case__house", "case__entry", "case__turn"))
    for one in asked:
        if one.due_on < today:
            carrying.lapse(one.case, today=today)
            continue
        asked_on = timezone.localdate(one.asked_at)
        for days in REMINDERS:
            if today >= add_working_days(asked_on, days):
                completions.tell(one, f"completion_reminder_{days}")
    return len(asked)
