"""The day on which an enrolment ends: a periodic task finds it, a durable job ends it.

What was missed is made up by the next run. Importing this module registers the kind of work.
"""

from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from backoffice.jobs import queue
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, register, register_subjects
from backoffice.romania.calendar import today
from enrolment.providers import services
from enrolment.providers.models import Enrolment
from notifications import kinds
from notifications.models import Document
from workflows.enums import CaseState
from workflows.models import Case

CLOCK = "enrolment_end"
BATCH = 500


@transaction.atomic
def enqueue_due(day: date) -> int:
    """Write a job for each enrolment whose day has come and has none yet; how many."""
    with connection.cursor() as cursor:
        cursor.execute("select * from enrolments_due(%s, %s)", [day, BATCH])
        found = cursor.fetchall()
    for enrolment, case, house in found:
        queue.enqueue(CLOCK, object_id=enrolment, house=house, dedupe_key=f"{CLOCK}:{enrolment}:{case}")
    return len(found)


def settle(job: Job, result: None) -> None:
    """End the enrolment, if its decision still says so."""
    enrolment = Enrolment.objects.select_related("house", "ended_by__entry").get(pk=job.object_id)
    if enrolment.ended_by and not enrolment.ended_at:
        end_if_due(enrolment, because=enrolment.ended_by)


def end_if_due(enrolment: Enrolment, *, because: Case) -> None:
    """End it when its last day has come and the decision that says so is sealed."""
    if enrolment.ends_on is None or enrolment.ends_on > today():
        return
    found = Document.objects.filter(about=because.public_id, occasion=because.round, sealed_at__isnull=False)
    act = next((document for document in found if kinds.get(document.kind).is_decision), None)
    if act is not None and because.state in (CaseState.ISSUING, CaseState.APPROVED):
        services.end(enrolment, because=because, act=act)


def _cases(ids: Iterable[int]) -> dict[int, Case]:
    found = Enrolment.objects.select_related("case__entry").filter(pk__in=ids)
    return {enrolment.pk: enrolment.case for enrolment in found}


register(
    Handler(
        kind=CLOCK,
        label=_("Încetarea unei înrolări"),
        queue="report",
        prepare=lambda job: None,
        work=lambda nothing: None,
        settle=settle,
    )
)
register_subjects(CLOCK, _cases)
