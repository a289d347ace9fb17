"""Days and terms of the law, and the clock that everything reads."""

import subprocess
import sys
import time
from datetime import date, timedelta

import kombu
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from backoffice.http import errors
from backoffice.romania import calendar

pytestmark = pytest.mark.calendar

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


def test_tests_engines_and_other_processes_have_one_clock(db):
    """Under a shifted clock too (tests/calendar_runs.py); else what the database says of a day proves nothing."""
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from clock_timestamp())")
        clocks = [float(cursor.fetchone()[0])]
    with kombu.Connection(settings.CELERY_BROKER_URL) as broker:
        clocks.append(float(broker.default_channel.client.time()[0]))
    program = [sys.executable, "-c", "import time; print(time.time())"]
    clocks.append(float(subprocess.run(program, capture_output=True, check=True).stdout))
    assert [round((clock - time.time()) / 60) for clock in clocks] == [0, 0, 0]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2027-03-27T00:50:00Z", "03:06"),
        ("2027-03-28T00:50:00Z", "04:06"),  # from 3:00 the clock goes to 4:00
        ("2027-10-31T00:50:00Z", "03:06"),  # from 4:00 the clock goes back to 3:00
    ],
)
def test_who_waits_a_quarter_of_an_hour_is_told_what_the_clock_will_show(rf, at, shown):
    with time_machine.travel(at):
        page = errors.too_many(rf.get("/", headers={"accept-language": "ro"}), wait=900).content.decode()
    assert shown in page
