"""The legal calendar: working days, holidays and terms (docs/domain.md). Pure."""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

BUCHAREST = ZoneInfo("Europe/Bucharest")
LEGAL_TERM_DAYS = 30


def today() -> date:
    """The day it is in Bucharest, whatever the server's clock zone."""
    return datetime.now(BUCHAREST).date()


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("RO", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday, not a public holiday (Orthodox Easter included)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def on_or_after_working_day(day: date) -> date:
    """`day` itself, or the next working day, to which a term that ends on a free day moves (Civil Code art. 2554)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def legal_due_date(registered_on: date, days: int = LEGAL_TERM_DAYS) -> date:
    """The last day to answer a request: `days` calendar days from its registration (30: OG 27/2002 art. 8)."""
    return on_or_after_working_day(registered_on + timedelta(days=days))


def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start` (the day itself does not count)."""
    day = start
    for _ in range(count):
        day = on_or_after_working_day(day + timedelta(days=1))
    return day
