"""What accounts keep under a key besides encrypted fields: blind index of persons, secrets of second factors."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from backoffice.accounts.models import Person
from backoffice.accounts.services.persons import cnp_index
from backoffice.crypto.rotation import Extra, declare, register

SECOND_FACTOR_SECRETS = ("secret", "seed")


def stale_factors() -> int:
    """How many second factors lie under a former key."""
    return sum(1 for factor in Authenticator.objects.all() if _stale_secrets(factor))


def rotate_factors(batch: int) -> int:
    """Renew the secrets of second factors, one transaction each; how many secrets."""
    return sum(_rotate_factor(pk) for pk in Authenticator.objects.values_list("pk", flat=True))


def stale_indexes() -> int:
    """How many persons are still found under a former index key only."""
    return sum(bytes(person.cnp_index) != cnp_index(person.cnp) for person in Person.objects.iterator())


def rotate_indexes(batch: int) -> int:
    """Each person's index under the primary index key; until then both are looked up. How many persons."""
    done = last = 0
    while rows := list(Person.objects.filter(pk__gt=last).order_by("pk")[:batch]):
        with transaction.atomic():
            declare()
            for person in rows:
                fresh = cnp_index(person.cnp)
                if bytes(person.cnp_index) != fresh:
                    done += Person.objects.filter(pk=person.pk).update(cnp_index=fresh)
        last = rows[-1].pk
    return done


@transaction.atomic
def _rotate_factor(pk: int) -> int:
    declare()
    factor = Authenticator.objects.select_for_update().get(pk=pk)
    stale = _stale_secrets(factor)
    for name in stale:
        factor.data[name] = get_adapter().encrypt(get_adapter().decrypt(factor.data[name]))
    if stale:
        factor.save(update_fields=["data"])
    return len(stale)


def _stale_secrets(factor: Authenticator) -> list[str]:
    adapter = get_adapter()
    return [n for n in SECOND_FACTOR_SECRETS if n in factor.data and not adapter.is_current(factor.data[n])]


register(Extra("mfa.Authenticator.data", stale_factors, rotate_factors))
register(Extra("accounts.Person.cnp_index", stale_indexes, rotate_indexes))
