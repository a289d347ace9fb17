"""Registry numbers: no gap, no reuse, whatever is tried."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from workflows.enums import EntryKind
from workflows.models import RegistryCounter, RegistryEntry
from workflows.services import registry

pytestmark = pytest.mark.calendar

DAY = date(2026, 11, 23)


def take(house, day=DAY):
    with transaction.atomic():
        return registry.take(house, kind=EntryKind.ENTRY, day=day)


def test_numbers_count_up_and_start_again_each_year(people):
    assert [str(take(people.house)) for _ in range(3)] == ["1/23.11.2026", "2/23.11.2026", "3/23.11.2026"]
    assert str(take(people.house, date(2027, 1, 4))) == "1/04.01.2027"
    assert str(take(people.other_house)) == "1/23.11.2026"


def test_a_transaction_that_fails_burns_no_number(people):
    take(people.house)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        registry.take(people.house, kind=EntryKind.ENTRY, day=DAY)
        raise ZeroDivisionError
    assert take(people.house).number == 2


FORBIDDEN = {
    "a number out of line": "insert into workflows_registryentry (house_id, year, number, day, kind) "
    "values (%(house)s, 2026, 7, '2026-11-23', 'entry')",
    "the same number twice": "insert into workflows_registryentry (house_id, year, number, day, kind) "
    "values (%(house)s, 2026, 1, '2026-11-23', 'entry')",
    "a counter that jumps": "update workflows_registrycounter set last = last + 2",
    "a counter set back": "update workflows_registrycounter set last = last - 1",
    "a counter that starts at ten": "insert into workflows_registrycounter (house_id, year, last) "
    "values (%(house)s, 2030, 10)",
    "a number taken without its entry": "update workflows_registrycounter set last = last + 1; "
    "set constraints all immediate",
    "an entry changed": "update workflows_registryentry set day = '2026-11-24'",
    "an entry deleted": "delete from workflows_registryentry",
    "a counter deleted": "delete from workflows_registrycounter",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_database_refuses(people, statement):
    take(people.house)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        for part in statement.split(";"):
            cursor.execute(part, {"house": people.house.pk} if "%(" in part else None)


def test_parallel_filings_leave_no_gap_and_no_double(committed_people):
    def one(_):
        try:
            return take(committed_people.house).number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(one, range(60)))
    assert sorted(numbers) == list(range(1, 61))
    assert RegistryCounter.objects.get(house=committed_people.house).last == RegistryEntry.objects.count() == 60
