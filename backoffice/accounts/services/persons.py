"""Persons: found by CNP, made once. One list for the whole country, so they are found by definer functions."""

from django.db import connection

from backoffice.accounts.models import Person
from backoffice.crypto.encryption import blind_index, blind_indexes, encrypted

CNP = "accounts.Person.cnp"


def cnp_index(cnp: str) -> bytes:
    """The keyed index under which a CNP is found."""
    return blind_index(cnp, context=CNP)


def find_or_create(*, cnp: str, last_name: str, first_name: str) -> Person:
    """The person with this CNP, made when unknown. The first name written down stays: papers keep their own."""
    if known := find(cnp):
        return known
    made = Person()
    kept = encrypted(made, cnp=cnp, last_name=last_name, first_name=first_name)
    with connection.cursor() as cursor:
        cursor.execute(
            "select from person_add(%s, %s, %s, %s, %s)",
            [made.public_id, cnp_index(cnp), kept["cnp"], kept["last_name"], kept["first_name"]],
        )
    found = find(cnp)
    if found is None:
        raise RuntimeError("a person was added and is not found")
    return found


def find(cnp: str) -> Person | None:
    """The person with this CNP, if we know one, under a former index key too; `has_account` says if one declared it."""
    known = Person.objects.raw("select * from person_known(%s)", [blind_indexes(cnp, context=CNP)])
    return next(iter(known), None)
