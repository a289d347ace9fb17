"""Everything is killed in the middle of everything; afterwards history and database agree."""

import os
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from backoffice.jobs import queue, tasks
from backoffice.jobs.models import Job, JobState
from tests.campaign import checker, run, work
from tests.campaign.site import Broker
from tests.world import run_jobs

SIZE = run.Size(20_000, 420, 100) if os.environ.get("SCALE") == "campaign" else run.Size(240, 27, 40)
SEED = int(os.environ.get("SEED", "17"))


@pytest.fixture
def campaign_tables(committed_people):
    with run.tables():
        yield committed_people


@pytest.mark.worker
def test_kill_campaign(campaign_tables, goal, tmp_path, monkeypatch):
    broker = Broker(tmp_path)
    broker.serve(monkeypatch)
    verdict, operations, hand = run.campaign(SIZE, broker, tmp_path, seed=SEED)
    cases = sum(o["what"] == "case" for o in operations.values())
    goal(
        "kill_campaign",
        value=f"{verdict.lost} lost, {verdict.doubled} doubled, {verdict.invented} invented, {len(verdict.wrong)} "
        "without"
        f" their papers; {len(operations)} operations ({cases} real cases, {len(operations) - cases} cheap jobs):"
        f" {verdict.ok} ok, {verdict.failed} failed, {verdict.unknown} unknown; {hand.dealt} faults, {hand.revived} "
        f"workers revived, seed {SEED}",
        target=f"0, >= {SIZE.operations} operations, >= {SIZE.least_faults} faults; {verdict.wrong[:3]}",
        ok=verdict.clean and len(operations) >= SIZE.operations and hand.dealt >= SIZE.least_faults,
    )


class Crash(BaseException):
    """As if the process were killed here."""


def inline(people, monkeypatch, *, count=12):
    """Operations in this process: each worker dies once at some point, each message comes twice, each lease ends."""
    operations, points = {}, ["claimed", "worked", "settling", "settled"]
    for number in range(count):
        op = str(uuid.uuid4())
        operations[op] = {"what": "job", "outcome": "ok"}
        work.order(op, house=people.house, mail=False)
        job = Job.objects.latest("pk")
        die_at = points[number % 4]

        def fault(point, die_at=die_at):
            if point == die_at:
                raise Crash

        first = queue.claim(job.public_id)
        with monkeypatch.context() as patch, suppress(Crash):
            patch.setattr(tasks, "fault", fault)
            tasks.perform(first)
        for _ in range(2):
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(due_at=Now() - timedelta(seconds=1))
            if again := queue.claim(job.public_id):
                tasks.perform(again)
        tasks.perform(first)  # who was asleep wakes up
    run_jobs()
    return checker.check(operations)


def test_kill_campaign_self_test_is_clean_with_its_guards(campaign_tables, monkeypatch):
    assert inline(campaign_tables, monkeypatch).clean


def test_kill_campaign_self_test_early_acknowledgement_loses(campaign_tables, monkeypatch):
    claim = queue.claim

    def acknowledged(public_id):
        job = claim(public_id)
        Job.objects.filter(pk=job.pk if job else 0).update(state=JobState.DONE, finished_at=Now())
        return job

    monkeypatch.setattr(queue, "claim", acknowledged)
    assert inline(campaign_tables, monkeypatch).lost > 0


def test_kill_campaign_self_test_a_claim_that_asks_nothing_doubles(campaign_tables, monkeypatch):
    def take(public_id):
        Job.objects.filter(public_id=public_id).update(state=JobState.RUNNING, token=uuid.uuid4(), finished_at=None)
        return Job.objects.get(public_id=public_id)

    monkeypatch.setattr(queue, "claim", take)
    assert inline(campaign_tables, monkeypatch).doubled > 0


def test_kill_campaign_self_test_settling_without_the_token_doubles(campaign_tables, monkeypatch):
    from contextlib import contextmanager

    from django.db import transaction

    @contextmanager
    def trusting(job):
        with transaction.atomic():
            yield job
            Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=Now(), token=None)

    monkeypatch.setattr(queue, "settling", trusting)
    monkeypatch.setattr(queue, "job_transaction", lambda job: transaction.atomic())  # entering asks for the token too
    assert inline(campaign_tables, monkeypatch).doubled > 0


def test_kill_campaign_self_test_an_effect_without_its_event_is_found(campaign_tables, monkeypatch):
    from tests.campaign.work import log

    record = log.record
    monkeypatch.setattr(log, "record", lambda code, **facts: None if code == "campaign.done" else record(code, **facts))
    verdict = inline(campaign_tables, monkeypatch)
    assert not verdict.lost
    assert verdict.wrong
