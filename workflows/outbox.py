"""The list of what is to be communicated: the longest waiting first, page by page along an index."""

from datetime import date

from django.db.models import Q, QuerySet

from workflows import paging
from workflows.models import Delivery
from workflows.paging import KeysetPage


def page_of(rows: QuerySet[Delivery], after: str) -> KeysetPage[Delivery]:
    """The page behind the key `after` (`2026-12-23.41`); an unreadable key is the first page."""
    position = paging.day_key(after)
    if position:
        since, pk = position
        rows = rows.filter(Q(since__gt=since) | Q(since=since, pk__gt=pk), since__gte=since)
    rows = rows.select_related("document", "case__entry", "entry").defer("document__pdf", "document__context")
    return paging.page_of(rows.order_by("since", "pk"), key=_key, is_first=position is None)


def _key(row: Delivery) -> str:
    return f"{row.since or date.min:%Y-%m-%d}.{row.pk}"
