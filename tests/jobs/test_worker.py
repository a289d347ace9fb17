"""Real Celery workers over the real broker: killed, flushed, doubled, without mail."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as django_settings
from django.db import connection

from backoffice.celery import app
from backoffice.jobs import queue
from backoffice.jobs.models import Job, JobState
from enrolment.providers.models import Enrolment, LicenceKey
from notifications.models import Document, Message
from tests.world import UICS, approved, broker_number, file_case
from workflows.models import Case, RegistryEntry

pytestmark = pytest.mark.worker

LEASE = 2
PATIENCE = 60


class Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.messages.append(envelope.content.decode(errors="replace"))
        return "250 OK"


@pytest.fixture
def house(committed_people, settings, tmp_path, unique):
    """A signed case, a broker of its own, and the environment in which workers run."""
    settings.JOB_LEASE_SECONDS = LEASE
    broker = f"{django_settings.CELERY_BROKER_URL.split('?')[0]}?virtual_host={broker_number(7)}"
    app.conf.broker_url = broker
    app.conf.broker_read_url = app.conf.broker_write_url = broker
    with app.connection_for_write() as broker_connection:
        broker_connection.default_channel.client.flushdb()
    faults = tmp_path / "faults"
    faults.mkdir()
    environment = os.environ | {
        "DATABASE_NAME": connection.settings_dict["NAME"],
        "TEST_BROKER": broker,
        "PROCESS": "worker",
        "JOB_LEASE_SECONDS": str(LEASE),
        "FAULTS_DIR": str(faults),
        "EMAIL_URL": "smtp://127.0.0.1:1",
    }
    case = file_case(committed_people.provider)
    return committed_people, case, environment, faults


@contextmanager
def mail_server(mailbox=None):
    mailbox = mailbox or Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def worker(environment, queues=None):
    """A worker of its own; whatever happens to it, nothing of it stays."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.jobs.celery_app",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "error",
            "--without-mingle",
            "--without-gossip",
            "--without-heartbeat",
            *(["--queues", queues] if queues else []),
        ],
        env=environment,
        cwd=django_settings.BASE_DIR,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def wait_for(condition, sweep=True):
    """Wait as beat would: look, sweep, look again."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        if sweep:
            queue.sweep()
        time.sleep(0.25)
    return False


def everything_done():
    return Job.objects.exists() and not Job.objects.exclude(state=JobState.DONE).exists()


def assert_issued_once(case):
    case = Case.objects.get(pk=case.pk)
    assert case.state == "approved"
    assert RegistryEntry.objects.filter(kind="exit").count() == 1
    assert [d.kind for d in Document.objects.order_by("kind")] == ["providers.approval", "providers.convention"]
    assert all(d.sealed_at for d in Document.objects.all())
    assert LicenceKey.objects.count() == Enrolment.objects.count() == 1
    assert Message.objects.count() == 1


POINTS = ["claimed", "numbered", "worked", "issuing", "settling", "settled"]


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_anywhere_issues_everything_once(house, point):
    people, case, environment, faults = house
    (faults / point).write_text("kill")
    with mail_server() as (mailbox, url), worker(environment | {"EMAIL_URL": url}):
        approved(case, people)
        assert wait_for(everything_done)
    assert (faults / f"{point}.fired").exists()
    assert_issued_once(case)
    assert len(mailbox.messages) == 1


def test_a_mail_accepted_before_the_crash_is_repeated_as_the_same_message(house):
    people, case, environment, faults = house
    (faults / "mail_accepted").write_text("kill")
    with mail_server() as (mailbox, url), worker(environment | {"EMAIL_URL": url}):
        approved(case, people)
        assert wait_for(everything_done)
    assert_issued_once(case)
    ids = {line for m in mailbox.messages for line in m.splitlines() if line.lower().startswith("message-id")}
    assert len(ids) == 1
    assert len(mailbox.messages) <= 2


def test_the_whole_worker_group_killed_loses_nothing(house):
    people, case, environment, faults = house
    (faults / "worked").write_text("stop")
    with mail_server() as (mailbox, url):
        with worker(environment | {"EMAIL_URL": url}):
            approved(case, people)
            assert wait_for(lambda: (faults / "worked.fired").exists())
        with worker(environment | {"EMAIL_URL": url}):
            assert wait_for(everything_done)
    assert_issued_once(case)
    assert len(mailbox.messages) == 1


@pytest.mark.calendar
def test_a_flushed_broker_loses_nothing(house):
    people, case, environment, _ = house
    approved(case, people)
    with app.connection_for_write() as broker:
        broker.default_channel.client.flushdb()
    with mail_server() as (mailbox, url), worker(environment | {"EMAIL_URL": url}):
        assert wait_for(everything_done)
    assert_issued_once(case)
    assert len(mailbox.messages) == 1


def test_duplicate_stale_and_forged_messages_change_nothing(house):
    people, case, environment, _ = house
    approved(case, people)
    job = Job.objects.get(kind="providers.issue")
    with mail_server() as (mailbox, url), worker(environment | {"EMAIL_URL": url}):
        for _ in range(20):
            queue.publish(job)
        app.send_task("jobs.run", ["not-an-id"], queue="issue")
        app.send_task("jobs.run", ["00000000-0000-4000-8000-000000000000"], queue="issue")
        app.send_task("os.system", ["true"], queue="issue")
        assert wait_for(everything_done)
        for _ in range(20):
            queue.publish(job)
        assert wait_for(lambda: _queue_length("issue") == 0, sweep=False)
    assert_issued_once(case)
    assert len(mailbox.messages) == 1


def _queue_length(name):
    with app.connection_for_write() as broker:
        return broker.default_channel.client.llen(name)


def test_a_mail_server_that_is_down_delays_the_mail_and_not_the_decision(house):
    people, case, environment, _ = house
    with worker(environment):
        approved(case, people)
        assert wait_for(lambda: Job.objects.filter(kind="providers.issue", state=JobState.DONE).exists())
        assert wait_for(lambda: Job.objects.filter(kind="mail", last_code="mail_server_unreachable").exists())
    assert_issued_once(case)
    assert Message.objects.get().state == "sending"
    with mail_server() as (mailbox, url), worker(environment | {"EMAIL_URL": url}):
        Job.objects.filter(kind="mail").update(due_at="2026-01-01T00:00:00Z")
        assert wait_for(everything_done)
    assert Message.objects.get().state == "sent"
    assert len(mailbox.messages) == 1


class SlowMailbox(Mailbox):
    """A mail server that takes what it is given and does not answer for a long time."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        await asyncio.sleep(30)
        return await super().handle_DATA(server, session, envelope)


def test_a_mail_server_that_hangs_does_not_hold_up_issuing(house):
    """The workers of the table, each on its own queue: while every place for mails is taken, decisions are issued."""
    people, case, environment, _ = house
    approved(case, people)
    with mail_server(SlowMailbox()) as (_, url), ExitStack() as running:
        for queue_ in ("issue", "mail"):
            running.enter_context(worker(environment | {"EMAIL_URL": url}, queues=queue_))
        assert wait_for(lambda: Message.objects.filter(state="sending").exists())
        for number in range(2):
            approved(file_case(people.provider, name=f"Cabinet {number}", uic=UICS[number + 1]), people)
        assert wait_for(lambda: Case.objects.filter(state="approved").count() == 3)
        assert not Message.objects.filter(state="sent").exists()


def test_messages_hold_an_id_and_nothing_else(house):
    people, case, environment, _ = house
    approved(case, people)
    with app.connection_for_write() as broker:
        client = broker.default_channel.client
        stored = b"".join(client.lrange("issue", 0, -1))
    assert str(Job.objects.get(kind="providers.issue").public_id).encode() in _decoded(stored)
    assert b"1750514139013" not in _decoded(stored)
    assert case.subject_name.encode() not in _decoded(stored)


def _decoded(stored):
    import base64
    import json

    message = json.loads(stored)
    return stored + base64.b64decode(message["body"])
