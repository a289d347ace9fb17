"""New keys for old ciphertext: every encrypted field, row by row, while the product runs.

Resumable without a note of its own: a ciphertext says by its first bytes under which key it lies. What else lies under
a key (a blind index, a library's secrets) is registered by the room that keeps it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F, Func, Value

from backoffice.crypto import encryption
from backoffice.crypto.encryption import EncryptedField, encrypted


@dataclass(frozen=True)
class Extra:
    """Values under a key that are no `EncryptedField`: how many still lie under a former key, and how to renew them."""

    label: str
    left: Callable[[], int]
    rotate: Callable[[int], int]


_extras: dict[str, Extra] = {}


def register(extra: Extra) -> None:
    """Make such values known; called by their room when the process starts."""
    _extras[extra.label] = extra


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
    """How many values still need a former key."""
    fields = sum(rows_under_former_keys(field).count() for field in encrypted_fields())
    return fields + sum(extra.left() for extra in _extras.values())


def rotate(batch: int) -> Iterator[tuple[str, int]]:
    """Re-encrypt batch by batch, each in a transaction of its own; yields the field and how many rows it did."""
    for field in encrypted_fields():
        while done := _rotate_field(field, batch):
            yield str(field), done
    for extra in _extras.values():
        yield extra.label, extra.rotate(batch)


@transaction.atomic
def _rotate_field(field: EncryptedField, batch: int) -> int:
    declare()
    rows = list(rows_under_former_keys(field).select_for_update(no_key=True)[:batch])
    for row in rows:
        value = getattr(row, field.attname)
        field.model._base_manager.filter(pk=row.pk).update(**encrypted(row, **{field.name: value}))
    return len(rows)


def declare() -> None:
    """Tell the guards of append-only tables, for this transaction, that their owner renews keys."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.rotating', 'on', true), set_config('app.maintenance', 'on', true)")
