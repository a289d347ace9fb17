"""Hints to workers. The broker may be dead, full, read-only or hung: a request never waits for it twice.

A worker that gets no hint loses nothing: the sweep asks for every job that is due.
"""

import logging
import time
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from celery import current_app
from kombu.pools import producers

logger = logging.getLogger(__name__)

# What one hint may cost: connecting and sending are bounded each, and nothing is tried twice.
QUICK = {
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}


class Breaker:
    """After a failure nothing is tried for `pause` seconds; then one caller tries for everybody."""

    def __init__(self, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause, self._clock = pause, clock
        self._lock = Lock()
        self._shut_until: float | None = None

    def allows(self) -> bool:
        """May the caller try now?"""
        with self._lock:
            if self._shut_until is None:
                return True
            if self._clock() < self._shut_until:
                return False
            self._shut_until = self._clock() + self._pause
            return True

    def failed(self) -> None:
        """The broker did not take it."""
        with self._lock:
            self._shut_until = self._clock() + self._pause

    def worked(self) -> None:
        """The broker took it."""
        with self._lock:
            self._shut_until = None


breaker = Breaker(pause=5)


def hint(public_id: UUID, *, queue: str) -> bool:
    """Tell the workers of a queue that this job is there; False when the broker did not take it."""
    if not breaker.allows():
        return False
    try:
        connection = current_app.connection_for_write(transport_options=QUICK)
        with producers[connection].acquire(block=True, timeout=1) as producer:
            current_app.send_task("jobs.run", [str(public_id)], queue=queue, producer=producer)
    except Exception as problem:  # whatever the broker does, the row stands and the sweep asks again
        breaker.failed()
        logger.warning("broker did not take job %s: %s", public_id, type(problem).__name__)
        return False
    breaker.worked()
    return True
