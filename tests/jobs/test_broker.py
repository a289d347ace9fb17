"""A broker that is dead, hung, read-only, full or flushed: requests go on, work waits, nothing is lost.

The broker is a real Valkey of the test's own; ten minutes without it are simulated by moving what the rows' clock says,
nobody sleeps.
"""

import signal
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from backoffice.celery import app
from backoffice.jobs import broker as hints
from backoffice.jobs import queue
from backoffice.jobs.models import Job
from tests.campaign.site import Broker
from tests.world import UICS, act, file_case, open_task, run_jobs
from workflows.services import steps

pytestmark = pytest.mark.worker  # publishes for real
BOUND = 4  # seconds; half a second on a quiet machine, for ever without the time-outs


def die(broker):
    broker.kill()


def hang(broker):
    broker.signal(signal.SIGSTOP)


def become_read_only(broker):
    broker.client.config_set("min-replicas-to-write", 1)


def become_full(broker):
    broker.client.config_set("maxmemory-policy", "noeviction")
    broker.client.config_set("maxmemory", "1mb")


FAULTS = [die, hang, become_read_only, become_full]


@pytest.fixture
def broker(tmp_path, monkeypatch):
    broker = Broker(tmp_path)
    broker.serve(monkeypatch)
    yield broker
    broker.kill()


def repair(broker):
    """As it was before; a killed one comes back with nothing in it."""
    if broker.process.poll() is None:
        broker.signal(signal.SIGCONT)
        broker.client.config_set("min-replicas-to-write", 0)
        broker.client.config_set("maxmemory", 0)
    else:
        broker.start()
    hints.breaker.worked()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_person_goes_on_working_while_the_broker_is_away(fault, broker, committed_people, browse):
    """Three posts that each publish: all are answered as ever; what they asked for waits and comes to its end."""
    people = committed_people
    tasks = [open_task(file_case(people.provider, name=f"Cabinet {n}", uic=UICS[n])) for n in range(3)]
    for task in tasks:
        steps.claim(task, by=people.clerk)
    fault(broker)
    client = browse(people.clerk)
    asking = {"outcome": "completion", "completion_reasons": ["R11"], "reasons": ["R11"], "text": "Lămuriți."}
    answers = [client.post(reverse("workflows:execute", args=[task.pk]), asking).status_code for task in tasks]
    assert answers == [302] * 3
    assert Job.objects.filter(kind="mail", state="queued").count() == 3
    Job.objects.update(due_at=Now() - timedelta(minutes=10))  # ten minutes pass
    queue.sweep()
    repair(broker)
    assert broker.client.llen("mail") == 0
    assert queue.sweep() == 3
    assert broker.client.llen("mail") == 3
    assert run_jobs("mail") == 3


def test_a_flushed_broker_is_asked_again(broker, committed_people):
    case = file_case(committed_people.provider)
    act(case, committed_people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    assert broker.client.llen("mail") == 1
    broker.client.flushall()
    queue.sweep()
    assert broker.client.llen("mail") == 1


def test_a_request_waits_for_a_hung_broker_once_and_not_for_each_job(broker, committed_people):
    case = file_case(committed_people.provider)
    act(case, committed_people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    job = Job.objects.get()
    hang(broker)
    tried = []
    send = app.send_task
    app.send_task = lambda *a, **k: tried.append(1) or send(*a, **k)
    try:
        begun = time.monotonic()
        assert [queue.publish(job) for _ in range(20)] == [False] * 20
        assert time.monotonic() - begun < BOUND
    finally:
        del app.send_task
    assert len(tried) == 1


def test_after_its_pause_the_breaker_lets_one_caller_try():
    now = [0.0]
    breaker = hints.Breaker(pause=5, clock=lambda: now[0])
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    now[0] = 5.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.worked()
    assert breaker.allows()
