"""The inbox: which cases stand in it and what a row shows; the most urgent term first, page by page along an index."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from backoffice.accounts.access import Grants
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.romania.text import sort_key
from workflows import paging, procedures
from workflows.models import Assignment, Case
from workflows.paging import PAGE, KeysetPage


@dataclass(frozen=True)
class Row:
    """What one row shows: the case, what is to be done, who holds it, until when, and the task to claim."""

    case: Case
    step_label: str | Promise
    holder: User | None
    due_on: date
    task_id: int | None

    @classmethod
    def of(cls, row: Assignment) -> "Row":
        label = procedures.get(row.procedure).step_label(row.step)
        return cls(row.case, label, row.holder, row.due_on, row.task_id)


def mine(user: User, house: House, grants: Grants) -> QuerySet[Assignment]:
    """What this person holds in this house, in the procedures that they may still see."""
    return everything(house, grants).filter(holder=user)


def to_take(house: House, grants: Grants) -> QuerySet[Assignment]:
    """What nobody holds and this person's rights may take."""
    rights = [f"{code}.{right}" for right in Can for code in grants.procedures_with(right, house)]
    return Assignment.objects.filter(house=house, task__isnull=False, holder__isnull=True, right__in=rights)


def everything(house: House, grants: Grants) -> QuerySet[Assignment]:
    """Every open case of the house in the procedures that this person may see."""
    seen = grants.procedures_with(Can.SEE_CASES, house)
    return Assignment.objects.filter(house=house, task__isnull=False, procedure__in=seen)


def page_of(assignments: QuerySet[Assignment], after: str) -> KeysetPage[Row]:
    """The page behind the key `after` (`2026-12-23.41`), by due date and case; an unreadable key is the first page."""
    position = paging.day_key(after)
    if position:
        due_on, case = position
        assignments = assignments.filter(Q(due_on__gt=due_on) | Q(due_on=due_on, case_id__gt=case), due_on__gte=due_on)
    page = paging.page_of(
        assignments.select_related("case__entry", "case__about__about", "holder__person", "house").order_by(
            "due_on", "case_id"
        ),
        key=lambda row: f"{row.due_on.isoformat()}.{row.case_id}",
        is_first=position is None,
    )
    return replace(page, rows=[Row.of(row) for row in page.rows])


def find(house: House, grants: Grants, query: str) -> list[Case]:
    """Cases of the house by registry number, key of the subject or part of a name, diacritics or not."""
    query = query.strip()
    if not query:
        return []
    seen = grants.procedures_with(Can.SEE_CASES, house)
    found = Case.objects.filter(house=house, procedure__in=seen).select_related(
        "entry", "about__about", "assignment__holder__person"
    )
    number = query.partition("/")[0].strip()
    if number.isascii() and number.isdecimal() and len(number) < 12:
        found = found.filter(Q(entry__number=number if int(number) < 2**31 else 0) | Q(subject_key__startswith=number))
    else:
        found = found.filter(search_key__contains=sort_key(query.replace("\x00", "")))
    return list(found.order_by("-pk")[:PAGE])
