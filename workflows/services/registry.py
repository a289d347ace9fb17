"""Numbers of a house's registry: one statement, inside the business transaction."""

from datetime import date

from django.db import connection

from backoffice.accounts.models import House
from workflows.enums import EntryKind
from workflows.models import RegistryEntry


def take(
    house: House,
    *,
    kind: EntryKind,
    day: date,
    answers: RegistryEntry | None = None,
    redirected_from: RegistryEntry | None = None,
) -> RegistryEntry:
    """The next number of the house and the day's year. Undone with its transaction: no gap, no reuse.

    Locks the counter row until commit: take numbers of several houses in the order of their ids.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into workflows_registrycounter as counter (house_id, year, last) values (%s, %s, 1)
               on conflict (house_id, year) do update set last = counter.last + 1 returning last""",
            [house.pk, day.year],
        )
        number = cursor.fetchone()[0]
    return RegistryEntry.objects.create(
        house=house,
        year=day.year,
        number=number,
        day=day,
        kind=kind,
        answers=answers,
        redirected_from=redirected_from,
    )
