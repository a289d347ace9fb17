"""Work that failed, and work that nobody takes up: what the head of a house sees and may ask for again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts import access
from backoffice.accounts.access import Grants
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.jobs import codes, queue, registry
from backoffice.jobs.models import OPEN, Job, JobState
from notifications.models import Message
from notifications.services import messages
from workflows import paging
from workflows.models import Case
from workflows.paging import KeysetPage

BATCH = 500
TOO_LONG = timedelta(minutes=2)

QUEUES: dict[str, Any] = {
    "issue": _("Emiterea deciziilor"),
    "mail": _("Trimiterea mesajelor"),
    "verify": _("Verificarea fișierelor"),
    "report": _("Termenele completărilor și rapoartele"),
}


@dataclass(frozen=True)
class FailedWork:
    """One row of the page."""

    job: Job
    kind: str | Promise
    reason: str | Promise
    since: datetime
    case: Case | None
    address: str = ""


@dataclass(frozen=True)
class Waiting:
    """A queue in which work has waited too long."""

    queue: str | Promise
    minutes: int


def of(house: House) -> QuerySet[Job]:
    """The failed jobs of a house."""
    return Job.objects.filter(house=house.pk, state=JobState.FAILED)


def page_of(house: House, grants: Grants, before: str) -> KeysetPage[FailedWork]:
    """The page behind the key `before`, newest first; an unreadable key is the first page.

    What a job is about is shown only in the procedures that this person may see.
    """
    number = paging.number_key(before)
    jobs = of(house) if number is None else of(house).filter(pk__lt=number)
    page = paging.page_of(jobs.order_by("-pk"), key=lambda job: str(job.pk), is_first=number is None)
    return replace(page, rows=_described(page.rows, grants.procedures_with(Can.SEE_CASES, house)))


def by_reason(house: House) -> list[dict[str, Any]]:
    """Each reason with its number of jobs, most frequent first."""
    counted = of(house).order_by().values("last_code").annotate(count=Count("pk")).order_by("-count", "last_code")
    return [{"code": r["last_code"], "count": r["count"], "reason": codes.sentence(r["last_code"])} for r in counted]


def waiting(house: House) -> list[Waiting]:
    """The queues whose oldest due job has waited longer than a healthy worker lets it."""
    late = Job.objects.filter(house=house.pk, state__in=OPEN, due_at__lt=Now() - TOO_LONG)
    oldest: dict[str, datetime] = {}
    for row in late.order_by().values("kind").annotate(oldest=Min("due_at")):
        if row["kind"] in registry.kinds():
            name = registry.queue_of(row["kind"])
            oldest[name] = min(oldest.get(name, row["oldest"]), row["oldest"])
    now = timezone.now()
    return [Waiting(QUEUES.get(name, name), int((now - due).total_seconds() // 60)) for name, due in oldest.items()]


@transaction.atomic
def retry(job: Job, *, by: User) -> bool:
    """Ask for one failed job again; False when it has not failed any more. Raises `PermissionDenied`."""
    access.demand(by, Can.RETRY_WORK, job.house or 0)
    return queue.retry(job, by=by)


@transaction.atomic
def retry_all(house: House, *, code: str, by: User) -> int:
    """Ask for everything again that failed for one reason; how many jobs. Raises `PermissionDenied`."""
    access.demand(by, Can.RETRY_WORK, house)
    return sum(queue.retry(job, by=by) for job in of(house).filter(last_code=code).order_by("pk")[:BATCH])


def _described(jobs: list[Job], seen: list[str]) -> list[FailedWork]:
    cases: dict[int, Case] = {}
    for kind in {job.kind for job in jobs}:
        of_kind = {job.object_id: job.pk for job in jobs if job.kind == kind}
        found = registry.subjects(kind, of_kind)
        cases |= {of_kind[object_id]: case for object_id, case in found.items() if case.procedure in seen}
    mails = Message.objects.in_bulk([job.object_id for job in jobs if job.kind == messages.MAIL])
    return [
        FailedWork(
            job=job,
            kind=registry.label_of(job.kind),
            reason=codes.sentence(job.last_code),
            since=job.due_at,
            case=cases.get(job.pk),
            address=messages.masked(mails[job.object_id].address)
            if job.kind == messages.MAIL and job.pk in cases and job.object_id in mails
            else "",
        )
        for job in jobs
    ]


def _written_to(ids: Iterable[int]) -> dict[int, Case]:
    about = dict(Message.objects.filter(pk__in=ids).values_list("pk", "about"))
    cases = {case.public_id: case for case in Case.objects.select_related("entry").filter(public_id__in=about.values())}
    return {pk: cases[public_id] for pk, public_id in about.items() if public_id in cases}


registry.register_subjects(messages.MAIL, _written_to)
