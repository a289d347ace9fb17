"""The durable job protocol: enqueue, claim, settle, fail, sweep.

PostgreSQL's clock is the only clock. A claim takes a lease and a fencing token; whoever lost the token cannot settle.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import uniform

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now

from backoffice.audit import log
from backoffice.isolation import context, roles
from backoffice.jobs import broker, registry
from backoffice.jobs.faults import fault
from backoffice.jobs.models import Job, JobState

RETRY_AFTER = [timedelta(seconds=s) for s in (1, 5, 30, 120, 600)] + [timedelta(hours=1)] * 3
MAX_ATTEMPTS = len(RETRY_AFTER)


class Fenced(Exception):
    """Somebody else has taken this job over: our result must not be kept."""


def enqueue(kind: str, *, object_id: int, house: int | None, dedupe_key: str | None = None) -> Job:
    """Write the job in the business transaction; the message after commit is only a hint.

    The same `dedupe_key` (default: kind and object) gives the same job.
    """
    registry.queue_of(kind)
    known = [kind, object_id, house, dedupe_key or f"{kind}:{object_id}", uuid.uuid4()]
    job = Job.objects.raw("select * from job_enqueue(%s, %s, %s, %s, %s)", known)[0]
    if job.state == JobState.QUEUED:
        publish_after_commit(job)
        fault("enqueued")
    return job


def publish_after_commit(job: Job) -> None:
    """Ask a worker to look at the row, once it stands. A broker that is down costs nothing but time."""
    transaction.on_commit(lambda: publish(job), robust=True)


def publish(job: Job) -> bool:
    """Send the hint; False when the broker did not take it (the sweep will)."""
    fault("committed")
    sent = broker.hint(job.public_id, queue=registry.queue_of(job.kind))
    fault("published")
    return sent


@transaction.atomic
def claim(public_id: uuid.UUID) -> Job | None:
    """Take the job for this run: queued and due, or running with a lease that ended. None: not ours to do.

    A row that somebody holds locked (a worker stopped while settling) is passed by: waiting for it would stop us too.
    """
    taken = Job.objects.raw("select * from job_claim(%s, %s)", [public_id, float(settings.JOB_LEASE_SECONDS)])
    return next(iter(taken), None)


@contextmanager
def job_transaction(job: Job) -> Iterator[None]:
    """One transaction that sees the rows of the job's house and waits a bounded time for a lock.

    Raises `Fenced` when the claim is lost.
    """
    enter = "select enter_job(%s, %s), set_config('lock_timeout', %s, true)"
    with context.tenant_transaction(roles.WORKER):
        if not context.run(enter, [job.pk, job.token, settings.LOCK_TIMEOUT]):
            raise Fenced
        yield


@contextmanager
def settling(job: Job) -> Iterator[Job]:
    """One transaction around the effect: the token is checked first under the row's lock, DONE is written last.

    Raises `Fenced` when the lease was lost, so that a worker that was paused cannot write late.
    """
    with job_transaction(job):
        held = Job.objects.select_for_update().filter(pk=job.pk, token=job.token, state=JobState.RUNNING).first()
        if held is None:
            raise Fenced
        yield held
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=Now(), last_code="", token=None)


def fail(job: Job, *, code: str, permanent: bool) -> None:
    """Write down why this attempt failed: try again later, or leave the job failed for a person to see."""
    give_up = permanent or job.attempts >= MAX_ATTEMPTS
    with suppress(Fenced), job_transaction(job):
        moved = Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING).update(
            state=JobState.FAILED if give_up else JobState.QUEUED,
            last_code=code[:60],
            token=None,
            due_at=Now() if give_up else Now() + _pause(job.attempts),  # of a failed job: since when it is
        )
        if moved and give_up:
            log.record("job.failed", on=job, by=None, kind=job.kind, reason=code, house_id=job.house)
            handler = registry.handler_for(job.kind) if job.kind in registry.kinds() else None
            if handler and handler.on_failure:
                handler.on_failure(job)


def retry(job: Job, *, by: models.Model) -> bool:
    """Ask for a failed job again; False when it has not failed any more."""
    with transaction.atomic():
        moved = Job.objects.filter(pk=job.pk, state=JobState.FAILED).update(
            state=JobState.QUEUED, attempts=0, last_code="", due_at=Now()
        )
        if moved:
            log.record("job.retried", on=job, by=by, kind=job.kind, house_id=job.house)
            publish_after_commit(job)
    return bool(moved)


def overdue(limit: int) -> list[Job]:
    """What should be running by now in any house: due and queued, or running beyond its lease."""
    return list(Job.objects.raw("select * from jobs_overdue(%s)", [limit]))


def sweep(limit: int = 500) -> int:
    """Ask again for every overdue job. Safe to run twice at once: claims decide."""
    jobs = overdue(limit)
    for job in jobs:
        if job.state == JobState.RUNNING and job.attempts >= MAX_ATTEMPTS:
            # A job that takes its worker down with it every time must stop somewhere.
            fail(job, code="worker_lost", permanent=True)
        elif not publish(job):
            break
        fault("sweeping")
    return len(jobs)


def _pause(attempts: int) -> timedelta:
    return RETRY_AFTER[min(attempts, MAX_ATTEMPTS) - 1] * uniform(1.0, 1.2)  # noqa: S311 (spreads retries, hides nothing)
