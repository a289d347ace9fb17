"""Persons: found by CNP, made once."""

from backoffice.accounts.models import Person
from backoffice.encryption import blind_index, blind_indexes

CNP = "accounts.Person.cnp"


def cnp_index(cnp: str) -> bytes:
    """The keyed index under which a CNP is found (security.md S16)."""
    return blind_index(cnp, context=CNP)


def find_or_create(*, cnp: str, last_name: str, first_name: str) -> Person:
    """The person with this CNP, made when unknown. The first name written down stays: papers keep their own."""
    if known := find(cnp):
        return known
    person, _ = Person.objects.get_or_create(
        cnp_index=cnp_index(cnp), defaults={"cnp": cnp, "last_name": last_name, "first_name": first_name}
    )
    return person


def find(cnp: str) -> Person | None:
    """The person with this CNP, if we know one; under a former index key too."""
    return Person.objects.filter(cnp_index__in=blind_indexes(cnp, context=CNP)).first()
