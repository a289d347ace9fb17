"""Which code does which kind of work. Handlers register at import time; rooms above import this one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from backoffice.jobs.models import Job


class Permanent(Exception):
    """The work can never succeed as it stands: give it up at once. `code` is shown to the operator."""

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
    `label` names the kind to people.
    """

    kind: str
    label: str | Promise
    queue: str
    prepare: Callable[[Job], Any]
    work: Callable[[Any], Any]
    settle: Callable[[Job, Any], None]
    on_failure: Callable[[Job], None] | None = None


Finder = Callable[[Iterable[int]], Mapping[int, Any]]
_handlers: dict[str, Handler] = {}
_finders: dict[str, Finder] = {}


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


def label_of(kind: str) -> str | Promise:
    """A kind of work in words; one that this version does not know is shown as it is."""
    return _handlers[kind].label if kind in _handlers else kind


def kinds() -> list[str]:
    """Every kind of work known to this process."""
    return sorted(_handlers)


def register_subjects(kind: str, finder: Finder) -> None:
    """What the objects of a kind of work are about: pages that list work link to it. A room above may say it."""
    _finders[kind] = finder


def subjects(kind: str, object_ids: Iterable[int]) -> Mapping[int, Any]:
    """What these objects are about, as far as somebody has said how to find it."""
    return _finders[kind](object_ids) if kind in _finders else {}
