"""Lists read page by page along an index: a page begins behind a key, so that no page costs more than the first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

PAGE = 25
CAP = 99
Row = TypeVar("Row")


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """One page of a list, and the key behind which the next one begins; empty on the last page."""

    rows: list[Row]
    next_key: str
    is_first: bool


def page_of(ordered: QuerySet[Any], *, key: Callable[[Any], str], is_first: bool) -> KeysetPage[Any]:
    """The first page of an ordered queryset that begins behind the key already."""
    found = list(ordered[: PAGE + 1])
    rows = found[:PAGE]
    return KeysetPage(rows, next_key=key(rows[-1]) if len(found) > PAGE else "", is_first=is_first)


def capped(rows: QuerySet[Any]) -> str:
    """A count that never costs more than a hundred rows: `7` or `99+`."""
    count = rows.order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)


def number_key(key: str) -> int | None:
    """A key that is a row's number; None when it cannot be one."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else None


def day_key(key: str) -> tuple[date, int] | None:
    """A key of a day and a row's number, `2026-12-23.41`; None when it is none."""
    day, __, row = key.partition(".")
    try:
        return date.fromisoformat(day), int(row)
    except ValueError:
        return None
