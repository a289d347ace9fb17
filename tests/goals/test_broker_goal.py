"""The broker forgets everything under load, and whatever is put into it: workers live and nothing happens twice."""

import base64
import json
import os
import random
import time
import uuid

import pytest
from django.urls import reverse

from backoffice.jobs import queue
from backoffice.jobs.models import Job, JobState
from tests.campaign import checker, run, work
from tests.campaign.site import Broker, Processes
from tests.world import application
from workflows import procedures
from workflows.models import Case
from workflows.services import filings

LARGE = os.environ.get("SCALE") == "campaign"
MESSAGES = 100_000 if LARGE else 5_000
FLUSHES = 50 if LARGE else 5
PATIENCE = 400 if LARGE else 90
SEED = int(os.environ.get("SEED", "19"))
pytestmark = pytest.mark.worker


@pytest.fixture
def site(committed_people, tmp_path, monkeypatch):
    """A broker of the test's own, tables of the campaign, and one worker."""
    broker = Broker(tmp_path)
    broker.serve(monkeypatch)
    processes = Processes(broker, tmp_path, JOB_LEASE_SECONDS="4", EMAIL_URL="memorymail://")
    with run.tables():
        yield committed_people, broker, processes
        processes.end()
    broker.kill()


def ordered(people, count):
    """Cheap operations, and the history's view of them."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    for op in ids:
        work.order(op, house=people.house, mail=False)
    return {op: {"what": "job", "outcome": "ok"} for op in ids}


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


def messages(template, jobs, count, dice):
    """Duplicates, unknown ids, other tasks, pickles, bodies of the wrong shape, a few of a megabyte; in any order."""

    def made(**changes):
        message = json.loads(template)
        args = changes.pop("args", None)
        if args is not None:
            message["body"] = base64.b64encode(json.dumps([args, {}, {}]).encode()).decode()
        message["headers"] |= changes.pop("headers", {})
        message["properties"] |= {"delivery_tag": str(uuid.uuid4())}
        return json.dumps(message | changes).encode()

    forms = [
        lambda: made(args=[str(dice.choice(jobs))]),
        lambda: made(args=[str(dice.choice(jobs))]),
        lambda: made(args=[str(uuid.UUID(int=dice.getrandbits(128)))]),
        lambda: made(args=["x" * 40]),
        lambda: made(args=[{"id": 1}, None, []]),
        lambda: made(headers={"task": "os.system"}, args=["true"]),
        lambda: made(**{"content-type": "application/x-python-serialize", "body": "gASVBAAAAAAAAACMAXiULg=="}),
        lambda: made(body="bm90IGpzb24="),
    ]
    large = [made(args=["9" * 1_000_000]) for _ in range(5)]
    made_up = [dice.choice(forms)() for _ in range(count - len(large))] + large
    dice.shuffle(made_up)
    return made_up


def test_hostile_messages(site, goal):
    people, broker, processes = site
    operations = ordered(people, 100)
    jobs = list(Job.objects.values_list("public_id", flat=True))
    template = broker.client.lindex("issue", 0)
    broker.client.delete("issue")
    made = messages(template, jobs, MESSAGES, random.Random(SEED))
    pipe = broker.client.pipeline(transaction=False)
    for message in made:
        pipe.lpush("issue", message)
    pipe.execute()
    worker = processes.worker()
    drained = until(lambda: worker.poll() is not None or broker.client.llen("issue") == 0)
    done = until(lambda: not Job.objects.exclude(state=JobState.DONE).exists())
    verdict = checker.check(operations)
    deaths = int(worker.poll() is not None)
    goal(
        "hostile_messages",
        value=f"{verdict.doubled} doubled, {verdict.lost} lost, {verdict.invented} invented, {deaths} workers died of"
        f" {len(made)} messages for {len(operations)} jobs, seed {SEED}",
        target="0",
        ok=drained and done and verdict.clean and not deaths and len(made) == MESSAGES,
    )


def test_hostile_messages_self_test_a_claim_that_asks_nothing_doubles(site, monkeypatch):
    people, _, _ = site
    operations = ordered(people, 5)
    take = Job.objects.get

    def claim(public_id):
        Job.objects.filter(public_id=public_id).update(state=JobState.RUNNING, token=uuid.uuid4(), finished_at=None)
        return take(public_id=public_id)

    monkeypatch.setattr(queue, "claim", claim)
    from backoffice.jobs import tasks

    for job in list(Job.objects.all()) * 2:
        tasks.run_job(str(job.public_id))
    assert checker.check(operations).doubled == 5


def test_broker_loss(site, goal, browse):
    """People file and work is ordered while the broker forgets everything, again and again."""
    people, broker, processes = site
    processes.worker()
    client, answers, operations = browse(people.provider), [], {}
    for number in range(FLUSHES):
        operations |= ordered(people, 20)
        draft = filings.start_online(procedures.get("providers"), owner=people.provider)
        filings.save_draft(draft, content=application(name=f"Cabinet {number}"))
        answers.append(client.post(reverse("workflows:file_review", args=[draft.public_id])).status_code)
        answers.append(client.get(reverse("workflows:mine")).status_code)
        broker.client.flushall()
        operations |= ordered(people, 5)
        queue.sweep()
    broker.client.flushall()

    def quiet():
        queue.sweep()
        return not Job.objects.exclude(state=JobState.DONE).exists()

    done = until(quiet)
    verdict = checker.Verdict()
    checker._jobs(verdict, operations)
    errors = sum(status >= 500 for status in answers)
    goal(
        "broker_loss",
        value=f"{verdict.lost} lost, {verdict.doubled} doubled, {errors} answers 5xx of {len(answers)};"
        f" {len(operations)} jobs, {FLUSHES + 1} times FLUSHALL",
        target="0",
        ok=done and verdict.clean and not errors and Case.objects.count() == FLUSHES,
    )


def test_broker_loss_self_test_without_the_sweep_work_waits(site):
    people, broker, processes = site
    operations = ordered(people, 5)
    broker.client.flushall()
    assert checker.check(operations).lost == 5
