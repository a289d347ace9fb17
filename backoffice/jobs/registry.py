"""Which code does which kind of work. Handlers register at import time; rooms above import this one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backoffice.jobs.models import Job


class Permanent(Exception):
    """The work can never succeed as it stands: park it at once. `code` is shown to the operator."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Transient(Exception):
    """The work failed for a known passing reason: try again later. `code` is shown to the operator."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Handler:
    """One kind of work.

    `prepare(job)` reads what is needed, in a transaction that sees the rows of the job's house; it may repeat.
    `work(prepared)` does it, outside any transaction and without the database; it may repeat.
    `settle(job, result)` runs once, in the transaction that marks the job done; it may refuse by raising.
    """

    kind: str
    queue: str
    prepare: Callable[[Job], Any]
    work: Callable[[Any], Any]
    settle: Callable[[Job, Any], None]
    on_failure: Callable[[Job], None] | None = None


_handlers: dict[str, Handler] = {}


def register(handler: Handler) -> None:
    """Make a kind of work known."""
    _handlers[handler.kind] = handler


def handler_for(kind: str) -> Handler:
    """The handler of a kind. Raises `Permanent("unknown_kind")`."""
    try:
        return _handlers[kind]
    except KeyError:
        raise Permanent("unknown_kind") from None


def queue_of(kind: str) -> str:
    """The queue in which a kind of work waits."""
    return _handlers[kind].queue


def kinds() -> list[str]:
    """Every kind of work known to this process."""
    return sorted(_handlers)
