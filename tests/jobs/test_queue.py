"""The durable job protocol: claimed once, settled once, swept, retried, given up."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from backoffice.audit.models import Event
from backoffice.jobs import queue, registry, tasks
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.registry import Handler, Permanent, Transient

pytestmark = pytest.mark.calendar


@pytest.fixture
def kind(monkeypatch):
    """A kind of work that notes what happened to it; `script` says how each attempt ends."""
    calls, script = [], []

    def work(job):
        calls.append("work")
        if script:
            problem = script.pop(0)
            if problem is not None:
                raise problem
        return "result"

    handler = Handler(
        kind="test",
        label="test",
        queue="issue",
        prepare=lambda job: job,
        work=work,
        settle=lambda job, result: calls.append(("settle", result)),
        on_failure=lambda job: calls.append("failed"),
    )
    monkeypatch.setitem(registry._handlers, "test", handler)
    return calls, script


@pytest.fixture
def job(db, kind):
    return queue.enqueue("test", object_id=1, house=None)


def again(job):
    """As if the pause or the lease were over."""
    Job.objects.filter(pk=job.pk).update(due_at=Now() - timedelta(seconds=1))


def run(job):
    claimed = queue.claim(job.public_id)
    if claimed:
        tasks.perform(claimed)
    job.refresh_from_db()
    return claimed is not None


def test_work_is_done_and_settled_once(job, kind):
    assert run(job)
    assert job.state == JobState.DONE
    assert not run(job)
    assert kind[0] == ["work", ("settle", "result")]


def test_the_same_work_is_one_job(job, kind):
    assert queue.enqueue("test", object_id=1, house=None) == job
    assert Job.objects.count() == 1


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(job):
    assert queue.claim(job.public_id)
    assert queue.claim(job.public_id) is None
    again(job)
    assert queue.claim(job.public_id).attempts == 2


def test_who_lost_the_lease_cannot_settle(job, kind):
    first = queue.claim(job.public_id)
    again(job)
    second = queue.claim(job.public_id)
    tasks.perform(first)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    tasks.perform(second)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert kind[0].count(("settle", "result")) == 1


def test_a_passing_failure_is_tried_again_later(job, kind):
    kind[1].append(Transient("mail_server_unreachable"))
    run(job)
    assert (job.state, job.last_code) == (JobState.QUEUED, "mail_server_unreachable")
    assert not run(job)  # its pause is not over
    again(job)
    assert run(job)
    assert job.state == JobState.DONE


def test_a_permanent_failure_is_given_up_at_once_and_seen(job, kind):
    kind[1].append(Permanent("case_not_signed"))
    run(job)
    assert (job.state, job.last_code) == (JobState.FAILED, "case_not_signed")
    assert kind[0][-1] == "failed"
    assert Event.objects.filter(code="job.failed").count() == 1


def test_attempts_are_bounded(job, kind):
    kind[1].extend([RuntimeError("x")] * 20)
    for _ in range(20):
        again(job)
        run(job)
    assert job.state == JobState.FAILED
    assert job.attempts == queue.MAX_ATTEMPTS


def test_a_failure_leaves_the_name_of_its_kind_and_not_its_text(job, kind, caplog):
    kind[1].append(ValueError("1750514139013"))
    run(job)
    assert job.last_code == "ValueError"
    assert "1750514139013" not in caplog.text


def test_a_failed_job_starts_afresh_when_asked(job, kind, people):
    kind[1].append(Permanent("x"))
    run(job)
    assert queue.retry(job, by=people.head)
    assert not queue.retry(job, by=people.head)
    run(job)
    assert (job.state, job.attempts) == (JobState.DONE, 1)


def test_the_sweep_asks_for_what_is_overdue_and_only_that(job, kind, monkeypatch):
    asked = []
    monkeypatch.setattr(queue, "publish", lambda j: asked.append(j.pk) or True)
    claimed = queue.claim(job.public_id)
    assert queue.sweep() == 0
    again(job)
    assert queue.sweep() == 1
    assert asked == [claimed.pk]


def test_a_job_that_kills_its_worker_every_time_is_given_up_by_the_sweep(job):
    for _ in range(queue.MAX_ATTEMPTS):
        again(job)
        queue.claim(job.public_id)
    again(job)
    queue.sweep()
    job.refresh_from_db()
    assert (job.state, job.last_code) == (JobState.FAILED, "worker_lost")


@pytest.mark.parametrize("message", ["x", "", None, 7, [], "1" * 100000, "9d2f0a5c-7c1e-4d0f-9a53-0c1d2e3f4a5b"])
def test_a_forged_message_does_nothing(db, message):
    tasks.run_job(message)
    assert not Job.objects.exists()


def test_an_unknown_kind_is_given_up(db):
    job = Job.objects.create(kind="gone", object_id=1, dedupe_key="gone")
    run(job)
    assert (job.state, job.last_code) == (JobState.FAILED, "unknown_kind")


def test_a_rolled_back_transaction_leaves_no_job(db, kind):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.enqueue("test", object_id=2, house=None)
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_a_broker_that_is_away_costs_nothing(db, kind, monkeypatch, django_capture_on_commit_callbacks):
    def broken(*args, **kwargs):
        raise ConnectionError

    monkeypatch.undo()
    monkeypatch.setitem(
        registry._handlers, "test", Handler("test", "test", "issue", lambda j: None, lambda p: None, lambda j, r: None)
    )
    monkeypatch.setattr("celery.app.base.Celery.send_task", broken)
    with django_capture_on_commit_callbacks(execute=True):
        job = queue.enqueue("test", object_id=3, house=None)
    assert job.state == JobState.QUEUED
    assert queue.publish(job) is False
