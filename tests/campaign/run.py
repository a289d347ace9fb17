"""One campaign: load, faults dealt as it proceeds, quiet, verdict."""

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Now

from backoffice.jobs import broker as hints
from backoffice.jobs import queue
from backoffice.jobs.models import Job, JobState
from tests.campaign import checker, faults, history, work
from tests.campaign.site import Processes
from tests.jobs.test_worker import mail_server

SWEEP_SECONDS = 2
PATIENCE = 180
MORE = 40  # operations that are added at a time


@dataclass
class Size:
    """How much load, how many faults, and every how many operations a real case."""

    operations: int
    faults: int
    cases: int

    @property
    def least_faults(self):
        """A point that is armed last may find no more work."""
        return self.faults - 3


@contextmanager
def tables():
    with connection.cursor() as cursor:
        cursor.execute(work.TABLES)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(work.GONE)


def campaign(size, broker, folder, *, seed):
    """The verdict, the history's operations and who dealt the faults."""
    path = folder / "history.jsonl"
    with mail_server() as (mailbox, url):
        processes = Processes(broker, folder, EMAIL_URL=url, JOB_LEASE_SECONDS=str(faults.LEASE))
        try:
            hand = faults.Hand(broker, processes, folder)
            _load(size, path, hand, processes, seed)
            hand.disarm()
            _until_quiet(hand)
            hand.collect()
        finally:
            processes.end()
            broker.kill()
    operations = history.answers(path)
    return checker.check(operations, mails=_ids(mailbox)), operations, hand


def _load(size, path, hand, processes, seed):
    """Two web processes work through the operations; the next fault is dealt when its share of them has begun.

    A fast machine may end the operations before the last points have fired: then more follow, at most as many again.
    """
    webs = _webs(size, path, hand, processes, 0, size.operations)
    more = iter(range(size.operations, 2 * size.operations, MORE))
    waiting = faults.deck(size.faults, seed)
    swept = time.monotonic()
    while True:
        if all([web.is_done() for web in webs]):
            first = None if hand.dealt >= size.least_faults else next(more, None)
            if first is None:
                return
            webs = _webs(size, path, hand, processes, first, first + MORE)
        if waiting and history.count(path) >= (size.faults - len(waiting)) * size.operations * 0.9 / size.faults:
            fault = waiting.pop(0)
            if not hand.deal(fault):
                waiting.append(fault)
        hand.collect()
        if time.monotonic() - swept > SWEEP_SECONDS:
            queue.sweep()
            swept = time.monotonic()
        time.sleep(0.02)


def _webs(size, path, hand, processes, first, last):
    half = (first + last) // 2
    return [Web(processes, hand, path, size.cases, *share) for share in ((first, half), (half, last))]


class Web:
    """A web process with its share of the operations; when it is killed, a successor goes on after the last begun."""

    def __init__(self, processes, hand, path, cases, first, last):
        self.processes, self.faults, self.path, self.cases = processes, hand.folders["web"], path, cases
        self.first, self.last = first, last
        self._start(first)

    def _start(self, first):
        words = ["tests.campaign.client", self.path, first, self.last, self.cases]
        self.process = self.processes.start(*words, faults=self.faults)

    def is_done(self):
        if self.process.poll() is None:
            return False
        if self.process.returncode == 0:
            return True
        begun = [o["number"] for o in history.answers(self.path).values() if self.first <= o["number"] < self.last]
        self._start(max(begun, default=self.first - 1) + 1)
        return False


def _until_quiet(hand):
    """No more faults: everything that waits comes to its end. Moving `due_at` passes over pauses between attempts."""
    deadline = time.monotonic() + PATIENCE
    hints.breaker.worked()
    while Job.objects.exclude(state=JobState.DONE).exists() and time.monotonic() < deadline:
        hand.collect()
        Job.objects.filter(state=JobState.QUEUED, due_at__gt=Now()).update(due_at=Now())
        queue.sweep()
        time.sleep(0.5)


def _ids(mailbox):
    return [i for m in mailbox.messages for i in re.findall(r"^message-id:\s*(<[^>]+>)", m, re.I | re.M)]
