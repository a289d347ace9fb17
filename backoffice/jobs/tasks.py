"""The only Celery tasks there are: an id comes in, the row decides."""

import logging
import uuid

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from backoffice.http.request_id import request_id
from backoffice.jobs import queue, registry
from backoffice.jobs.faults import fault

logger = logging.getLogger(__name__)


@shared_task(name="jobs.run")
def run_job(public_id: str) -> None:
    """Do the job with this id, if it is there, open, due and not somebody else's."""
    try:
        identity = uuid.UUID(public_id)
    except (ValueError, AttributeError, TypeError):
        logger.warning("message with an unreadable job id refused")
        return
    job = queue.claim(identity)
    if job is None:
        return
    with request_id(identity):
        perform(job)


def perform(job: queue.Job) -> None:
    """Prepare, work, settle; a failure becomes a code on the row, never the text of an exception."""
    fault("claimed")
    try:
        handler = registry.handler_for(job.kind)
        with queue.job_transaction(job):
            prepared = handler.prepare(job)
        result = handler.work(prepared)
        fault("worked")
        with queue.settling(job):
            handler.settle(job, result)
            fault("settling")
        fault("settled")
    except queue.Fenced:
        logger.warning("job %s was taken over; result dropped", job.public_id)
    except registry.Permanent as problem:
        queue.fail(job, code=problem.code, permanent=True)
    except registry.Transient as problem:
        queue.fail(job, code=problem.code, permanent=False)
    except SoftTimeLimitExceeded:
        queue.fail(job, code="time_limit", permanent=False)
    except OperationalError:
        queue.fail(job, code="database_busy", permanent=False)
    except Exception as problem:  # the row must say that it failed, whatever it was
        logger.error("job %s failed: %s", job.public_id, type(problem).__name__)
        queue.fail(job, code=type(problem).__name__, permanent=False)


@shared_task(name="jobs.sweep")
def sweep() -> int:
    """Every half minute: whatever should have happened by now is asked for again."""
    return queue.sweep()
