"""Persons: found by CNP, made once."""

from django.db import connection

from backoffice.accounts.models import Person
from backoffice.encryption import blind_index
from backoffice.text import sort_key


def cnp_index(cnp: str) -> bytes:
    """The keyed index under which a CNP is found (security.md S16)."""
    return blind_index(cnp, context="accounts.Person.cnp")


def find_or_create(*, cnp: str, last_name: str, first_name: str) -> Person:
    """The person with this CNP, made when unknown. The first name written down stays: papers keep their own.

    Persons are one list for the whole country: the row is found past the walls, and only its id comes back.
    """
    person = Person(
        cnp=cnp,
        cnp_index=cnp_index(cnp),
        last_name=last_name,
        first_name=first_name,
        sort_key=sort_key(f"{last_name} {first_name}"),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select person_find_or_create(%s, %s, %s, %s, %s, %s)",
            [
                cnp_index(cnp),
                Person._meta.get_field("cnp").get_db_prep_save(cnp, connection),
                person.public_id,
                person.last_name,
                person.first_name,
                person.sort_key,
            ],
        )
        person.pk = cursor.fetchone()[0]
    person._state.adding = False
    return person


def is_free(*, cnp: str, last_name: str, first_name: str) -> bool:
    """May an account declare this identity: nobody has, and the name is the one known, if one is."""
    with connection.cursor() as cursor:
        cursor.execute("select person_is_free(%s, %s)", [cnp_index(cnp), sort_key(f"{last_name} {first_name}")])
        return cursor.fetchone()[0]
