"""The Celery application: one task, its queues and the beat schedule.

A message carries the id of a `Job` row and nothing else; the row decides (docs/adr/0002-job-row-is-the-truth.md).
"""

import os

from celery import Celery, signals
from kombu import Queue

from backoffice.isolation import roles
from backoffice.ops.workers import WORKERS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_store_eager_result=False,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    task_soft_time_limit=60,
    task_time_limit=90,
    task_default_queue="issue",
    task_queues=[Queue(worker.queue) for worker in WORKERS],
    task_create_missing_queues=False,
    # However long the broker is away, and whatever it answers meanwhile (read-only, full), workers wait for it.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=0,
    broker_channel_error_retry=True,
    # A broker that is down or hung must not hold a web request: with Celery's defaults it does for 40 s.
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 1},
    broker_connection_timeout=1,
    task_publish_retry=False,
)
app.autodiscover_tasks(["backoffice.jobs", "workflows"])


@signals.worker_init.connect
def _demand_worker_role(**kwargs):
    """A worker logs in to the database as its own role, or does not start."""
    from django.conf import settings

    if not settings.ASSUME_ROLES:
        roles.demand("worker", login=settings.DATABASES["default"]["USER"])


@signals.setup_logging.connect
def _log_like_the_others(**kwargs):
    """Celery sets up no log of its own: its lines pass the same formatter as the web's."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@app.on_after_configure.connect
def _schedule(sender, **kwargs):
    """Static schedule: reviewed in a diff, and a double beat does no harm (every task re-checks its rows)."""
    from django.conf import settings

    sender.conf.beat_schedule = {
        "sweep-jobs": {
            "task": "jobs.sweep",
            "schedule": settings.JOB_SWEEP_SECONDS,
            "options": {"queue": "sweep", "expires": settings.JOB_SWEEP_SECONDS},
        },
        "remind-and-lapse": {
            "task": "workflows.deadlines",
            "schedule": 900,
            "options": {"queue": "sweep", "expires": 900},
        },
    }
