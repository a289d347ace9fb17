"""Kinds of scan. Each procedure names those that may be attached: a short list, and none is required to file."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Kind:
    """One kind of scan. `most` files of it per filing.

    `missing` is what the clerk reads when there is none, where that is news. `when` says for which content it is asked;
    one that is attached stands whatever the content says later.
    """

    code: str
    label: str | Promise
    hint: str | Promise
    missing: str | Promise
    most: int = 5
    when: Callable[[dict], bool] = lambda content: True


_kinds: dict[str, tuple[Kind, ...]] = {}


def register(procedure: str, kinds: tuple[Kind, ...]) -> None:
    """Which scans may be attached to the filings of a procedure."""
    _kinds[procedure] = kinds


def offered(procedure: str) -> tuple[Kind, ...]:
    """The kinds that stand in the form of a procedure."""
    return _kinds.get(procedure, ())


def label_of(procedure: str, code: str) -> str | Promise:
    """The name of a kind of a procedure."""
    return next((kind.label for kind in offered(procedure) if kind.code == code), code)
