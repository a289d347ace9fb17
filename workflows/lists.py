"""The inbox: the most urgent legal term first, read page by page along an index (engine.md 4, performance.md 3)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.romania.text import sort_key
from enrolment.models import Case
from workflows.models import Turn

PAGE = 25
CAP = 99


def mine(user: User, house: House) -> QuerySet[Turn]:
    """What this person holds in this house."""
    return Turn.objects.filter(holder=user, house=house)


def to_take(house: House, rights: frozenset[Can]) -> QuerySet[Turn]:
    """What nobody holds and this person's rights may take."""
    return Turn.objects.filter(house=house, task__isnull=False, holder__isnull=True, right__in=[str(r) for r in rights])


def everything(house: House) -> QuerySet[Turn]:
    """Every open case of the house."""
    return Turn.objects.filter(house=house, task__isnull=False)


def capped(rows: QuerySet[Any]) -> str:
    """A count that never costs more than a hundred rows: `7` or `99+`."""
    count = rows.order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)


@dataclass(frozen=True)
class Page:
    """One page of a list and the keys of its neighbours."""

    rows: list[Turn]
    older: str
    is_first: bool


def page_of(turns: QuerySet[Turn], after: str) -> Page:
    """The page behind the key `after` (`2026-12-23.41`), by due date and case; an unreadable key is the first page."""
    position = _position(after)
    if position:
        due_on, case = position
        turns = turns.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, case_id__gt=case), due_on__gte=due_on)
    rows = list(
        turns.select_related("case__entry", "holder__person", "house").order_by("due_on", "case_id")[: PAGE + 1]
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(
        rows=rows[:PAGE],
        older=f"{last.due_on.isoformat()}.{last.case_id}" if last else "",
        is_first=position is None,
    )


def find(house: House, query: str) -> list[Case]:
    """Cases of the house by registry number, fiscal code or part of a name, diacritics or not (product.md K1)."""
    query = query.strip()
    if not query:
        return []
    found = Case.objects.filter(house=house).select_related("entry", "turn__holder__person")
    number = query.partition("/")[0].strip()
    if number.isascii() and number.isdecimal() and len(number) < 12:
        found = found.filter(Q(entry__number=number if int(number) < 2**31 else 0) | Q(provider_uic__startswith=number))
    else:
        found = found.filter(search_key__contains=sort_key(query.replace("\x00", "")))
    return list(found.order_by("-pk")[:PAGE])


def _position(after: str) -> tuple[date, int] | None:
    day, __, case = after.partition(".")
    try:
        return date.fromisoformat(day), int(case)
    except ValueError:
        return None


STEP_LABELS: dict[str, Any] = {
    "review": _("Verificare"),
    "completion": _("Completări cerute"),
    "visa": _("Viză juridică"),
    "endorse": _("Aviz"),
    "sign": _("Semnătură"),
    "issue": _("Emitere"),
}
