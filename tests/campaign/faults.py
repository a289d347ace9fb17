"""Which faults there are, and the thread that injects them, in a shuffled order, while the load goes on."""

import os
import random
import signal
import time
from contextlib import suppress

import redis
from django.db import connection

from backoffice.jobs import queue
from backoffice.jobs.models import Job

LEASE = 4
# Armed in a process: the named point (`backoffice/jobs/faults.py`), where, what happens.
ARMED = [
    ("web", "ordered", "kill"),  # p1: inside the business transaction
    ("web", "enqueued", "kill"),  # p1
    ("web", "submitted", "kill"),  # p1, a real filing
    ("web", "ordered", "raise"),  # p1: the service fails
    ("web", "committed", "kill"),  # p2: after commit, before the hint
    ("web", "published", "kill"),  # p3: after the hint
    ("worker", "claimed", "kill"),  # p4
    ("worker", "worked", "kill"),  # p4
    ("worker", "numbered", "kill"),  # p4, a real case with its number taken
    ("worker", "settling", "kill"),  # p5: inside the effect's transaction
    ("worker", "issuing", "kill"),  # p5, a real case
    ("worker", "settling", "raise"),
    ("worker", "settled", "kill"),  # p6: effect committed, message not acknowledged
    ("worker", "mail_accepted", "kill"),  # p7
    ("worker", "worked", "stop"),  # a worker that sleeps beyond its lease and wakes up
    ("worker", "settling", "stop"),
    ("worker", "worked", "delay 1"),
]
DONE_AT_ONCE = ["group", "flush", "kill_broker", "pause_broker", "duplicates", "refuse_effect", "refuse_message"]


def deck(count, seed):
    """`count` faults, every kind as often as the next, in an order that the seed repeats."""
    kinds = [*ARMED, *DONE_AT_ONCE]
    dealt = [kinds[number % len(kinds)] for number in range(count)]
    random.Random(seed).shuffle(dealt)
    return dealt


class Hand:
    """Deals faults; an armed one counts when it has fired. A fault that is not possible just now answers False."""

    def __init__(self, broker, processes, folder):
        self.broker, self.processes = broker, processes
        self.folders = {name: folder / f"faults-{name}" for name in ("web", "worker")}
        for path in self.folders.values():
            path.mkdir()
        self.workers = [processes.worker(faults=self.folders["worker"]) for _ in range(2)]
        self.later, self.dealt, self.revived = [], 0, 0

    def deal(self, fault):
        """False: not now, the point is still armed."""
        if fault in DONE_AT_ONCE:
            done = getattr(self, fault)() is not False
            self.dealt += done
            return done
        where, point, action = fault
        if (self.folders[where] / point).exists():
            return False
        draft = self.folders[where] / f"{point}.draft"
        draft.write_text(action)
        draft.rename(self.folders[where] / point)  # whole at once: a process may take it the moment it is there
        return True

    def collect(self):
        """Count what has fired; wake up who was stopped, once his lease is over."""
        for folder in self.folders.values():
            for fired in folder.glob("*.fired"):
                pid = int(fired.read_text())
                fired.unlink()
                self.dealt += 1
                self.in_(LEASE + 1, lambda p=pid: _signal(p, signal.SIGCONT))
        for worker in [w for w in self.workers if w.poll() is not None]:
            self._replace(worker)  # as the supervisor of a server does
            self.revived += 1
        due = [task for task in self.later if task[0] <= time.monotonic()]
        self.later = [task for task in self.later if task not in due]
        for _, call in due:
            call()

    def in_(self, seconds, call):
        self.later.append((time.monotonic() + seconds, call))

    def disarm(self):
        for folder in self.folders.values():
            for armed in folder.iterdir():
                if armed.suffix != ".fired":
                    armed.unlink()

    def group(self):
        """A whole worker with its children, killed and started anew."""
        self._replace(self.workers[0])

    def _replace(self, worker):
        self.processes.kill(worker)
        self.workers.remove(worker)
        self.workers.append(self.processes.worker(faults=self.folders["worker"]))

    def flush(self):
        try:
            self.broker.client.flushall()
        except redis.RedisError:  # dead or paused just now
            return False
        return True

    def kill_broker(self):
        if self.broker.process.poll() is not None:
            return False
        self.broker.kill()
        self.in_(1, self.broker.start)
        return True

    def pause_broker(self):
        self.broker.signal(signal.SIGSTOP)
        self.in_(1.5, lambda: self.broker.signal(signal.SIGCONT))

    def duplicates(self):
        for job in list(Job.objects.order_by("-pk")[:20]):
            for _ in range(3):
                queue.publish(job)

    def refuse_effect(self):
        return self._refuse("select op from campaign_operation", "campaign_effect")

    def refuse_message(self):
        return self._refuse("select op from campaign_operation where mail", "notifications_message")

    def _refuse(self, operations, table):
        """The insert of the next object's row fails for as long as the mark stands."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""insert into campaign_refused select '{table}:' || op from ({operations}) o
                    where not exists (select from campaign_effect e where e.op = o.op)
                    order by 1 desc limit 1 on conflict do nothing"""
            )
            marked = cursor.rowcount
        self.in_(2, self._allow)
        return bool(marked)

    def _allow(self):
        with connection.cursor() as cursor:
            cursor.execute("delete from campaign_refused")


def _signal(pid, number):
    with suppress(ProcessLookupError):
        os.kill(pid, number)
