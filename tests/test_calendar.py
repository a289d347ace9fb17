from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.romania import calendar

days = st.dates(date(2024, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("registered", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 11, 25), date(2026, 12, 28)),  # 25 December, Christmas, then a weekend
        (date(2026, 12, 2), date(2027, 1, 4)),  # 1 January 2027 is a Friday
        (date(2026, 12, 7), date(2027, 1, 8)),  # 6 January, Epiphany; 7 January, Saint John
        (date(2026, 3, 11), date(2026, 4, 14)),  # Orthodox Good Friday 10 April to Monday 13 April 2026
        (date(2026, 10, 31), date(2026, 12, 2)),  # 30 November and 1 December
        (date(2026, 5, 2), date(2026, 6, 2)),  # 1 June: Children's Day and Monday of Pentecost
    ],
)
def test_the_legal_term_is_thirty_days_and_ends_on_a_working_day(registered, due):
    assert calendar.legal_due_date(registered) == due


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 1, 7),
        date(2026, 4, 10),
        date(2026, 4, 13),
        date(2026, 5, 1),
        date(2026, 6, 1),
        date(2026, 8, 15),
        date(2026, 11, 30),
        date(2026, 12, 1),
    ],
)
def test_public_holidays_are_not_working_days(day):
    assert not calendar.is_working_day(day)


@given(days)
def test_a_term_never_ends_on_a_free_day_nor_before_thirty_days(day):
    due = calendar.legal_due_date(day)
    assert calendar.is_working_day(due)
    assert timedelta(days=30) <= due - day <= timedelta(days=37)


@given(days, days)
def test_who_registers_later_is_never_due_earlier(a, b):
    first, second = sorted((a, b))
    assert calendar.legal_due_date(first) <= calendar.legal_due_date(second)


@given(days, st.integers(1, 15))
def test_working_days_add_up(day, count):
    end = calendar.add_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(calendar.is_working_day, between)) == count
    assert calendar.is_working_day(end)
