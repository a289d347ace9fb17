"""New keys for old ciphertext: every encrypted field, row by row, while the product runs (security.md S16).

Resumable without a note of its own: a ciphertext says by its first bytes under which key it lies.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Func, Value

from backoffice import encryption
from backoffice.accounts.models import Person
from backoffice.accounts.services.persons import cnp_index
from backoffice.encryption import EncryptedField, sealed

SECOND_FACTOR_SECRETS = ("secret", "seed")


def encrypted_fields() -> Iterator[EncryptedField]:
    """Every encrypted field of every model."""
    for model in apps.get_models():
        yield from (field for field in model._meta.local_fields if isinstance(field, EncryptedField))


def rows_under_former_keys(field: EncryptedField) -> models.QuerySet[Any]:
    """The rows whose ciphertext in this field is not under the primary key."""
    head = Func(F(field.name), Value(1), Value(5), function="substring", output_field=models.BinaryField())
    rows = field.model._base_manager.filter(**{f"{field.name}__isnull": False})
    return rows.annotate(head=head).exclude(head=encryption.primary_prefix()).order_by("pk")


def left() -> int:
    """How many ciphertexts still need a former key."""
    return sum(rows_under_former_keys(field).count() for field in encrypted_fields()) + sum(
        1 for factor in Authenticator.objects.all() if _stale_secrets(factor)
    )


def rotate(batch: int) -> Iterator[tuple[str, int]]:
    """Re-encrypt batch by batch, each in a transaction of its own; yields the field and how many rows it did."""
    for field in encrypted_fields():
        while done := _rotate_field(field, batch):
            yield str(field), done
    yield "mfa.Authenticator.data", sum(_rotate_factor(pk) for pk in Authenticator.objects.values_list("pk", flat=True))
    yield "accounts.Person.cnp_index", _rotate_indexes(batch)


@transaction.atomic
def _rotate_field(field: EncryptedField, batch: int) -> int:
    _declare()
    rows = list(rows_under_former_keys(field).select_for_update(no_key=True)[:batch])
    for row in rows:
        value = getattr(row, field.attname)
        field.model._base_manager.filter(pk=row.pk).update(**sealed(row, **{field.name: value}))
    return len(rows)


@transaction.atomic
def _rotate_factor(pk: int) -> int:
    _declare()
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


def indexes_left() -> int:
    """How many persons are still found under a former index key only."""
    return sum(bytes(person.cnp_index) != cnp_index(person.cnp) for person in Person.objects.iterator())


def _rotate_indexes(batch: int) -> int:
    """Each person's index under the primary index key; until then both are looked up."""
    done = last = 0
    while rows := list(Person.objects.filter(pk__gt=last).order_by("pk")[:batch]):
        with transaction.atomic():
            _declare()
            for person in rows:
                fresh = cnp_index(person.cnp)
                if bytes(person.cnp_index) != fresh:
                    done += Person.objects.filter(pk=person.pk).update(cnp_index=fresh)
        last = rows[-1].pk
    return done


def _declare() -> None:
    """Tell the guards of append-only tables, for this transaction, what its owner does (migration `0007_rotation`)."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.rotating', 'on', true), set_config('app.maintenance', 'on', true)")
