"""Which workers there are: each queue has its own process and its own concurrency.

So a mail server that answers slowly, or a heavy inspection, never stands before a decision that waits to be issued.
`celery.py`, `manage.py up`, `docker-compose.yml` (held to it by a test) and the tests read this table. Pure.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Worker:
    """One worker process: its queue, how much it does at once, and what it is for."""

    queue: str
    at_once: int
    does: str
    pool: str = "prefork"

    def command(self, *, loglevel: str = "info") -> list[str]:
        """The command line that starts it."""
        return [
            *("celery", "-A", "backoffice", "worker"),
            *("--queues", self.queue, "--hostname", f"{self.queue}@%h"),
            *("--pool", self.pool, "--concurrency", str(self.at_once), "--loglevel", loglevel),
        ]


WORKERS = (
    Worker("issue", 2, "numbers, renders and seals decisions"),
    Worker("mail", 2, "hands mails over"),
    Worker("verify", 1, "inspects what was uploaded"),
    Worker("report", 1, "what nobody waits for at a screen: the clock of completions, reports"),
    # It only asks for work, in bounded statements: no time limit to enforce, so no second process.
    Worker("sweep", 1, "asks again for overdue work", pool="solo"),
)
