"""Fields that the database never sees in clear, and equality search over them (docs/crypto.md).

AEAD by Tink, with column and row as associated data: a ciphertext moved to another column or row does not open.
The blind index is a keyed PRF (also Tink): 3.8 billion CNPs could be tried against an unkeyed hash in seconds.
"""

import json
from functools import cache
from typing import Any

import tink
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from tink import aead, prf, secret_key_access
from tink import json_proto_keyset_format as keyset_format

from backoffice.crypto import keys

aead.register()
prf.register()

FIELD_KEYS = "field_keyset.json"
INDEX_KEYS = "index_keyset.json"


def _new_keyset(template: Any) -> str:
    return keyset_format.serialize(tink.new_keyset_handle(template), secret_key_access.TOKEN)


def _new_field_keyset() -> str:
    return _new_keyset(aead.aead_key_templates.AES256_GCM)


def _new_index_keyset() -> str:
    return _new_keyset(prf.prf_key_templates.HMAC_SHA256)


NEW_KEYSET = {FIELD_KEYS: _new_field_keyset, INDEX_KEYS: _new_index_keyset}


def make_keysets() -> None:
    """Outside production: see that the keysets this process holds are there."""
    for name, make in NEW_KEYSET.items():
        if keys.is_held(name):
            keys.text(name, make)


@cache
def _aead() -> aead.Aead:
    handle = keyset_format.parse(keys.text(FIELD_KEYS, _new_field_keyset), secret_key_access.TOKEN)
    return handle.primitive(aead.Aead)


@cache
def _prf() -> prf.PrfSet:
    handle = keyset_format.parse(keys.text(INDEX_KEYS, _new_index_keyset), secret_key_access.TOKEN)
    return handle.primitive(prf.PrfSet)


def forget_keysets() -> None:
    """Read the keysets anew at the next use: a command has changed them."""
    _aead.cache_clear()
    _prf.cache_clear()


def encrypt(plain: bytes, *, context: str) -> bytes:
    """Seal `plain`; `context` (column and row) must be the same when opening."""
    return _aead().encrypt(plain, context.encode())


def decrypt(sealed: bytes, *, context: str) -> bytes:
    """Open what `encrypt` sealed. Raises `tink.TinkError` when it was altered or moved."""
    return _aead().decrypt(bytes(sealed), context.encode())


def primary_prefix() -> bytes:
    """How a ciphertext under the primary key begins: Tink writes a version byte and the key's id."""
    primary = json.loads(keys.text(FIELD_KEYS, _new_field_keyset))["primaryKeyId"]
    return b"\x01" + int(primary).to_bytes(4, "big")


def blind_index(value: str, *, context: str) -> bytes:
    """32 bytes that are equal for equal values and say nothing without the key."""
    return _prf().primary().compute(_indexed(value, context), 32)


def blind_indexes(value: str, *, context: str) -> list[bytes]:
    """The value's index under every key that is still accepted: what to look for while indexes are rotated."""
    return [key.compute(_indexed(value, context), 32) for key in _prf().all().values()]


def _indexed(value: str, context: str) -> bytes:
    return f"{context}\x00{value}".encode()


class Sealed(bytes):
    """A ciphertext as it travels between row and database; decrypted when somebody reads the attribute."""


class _Opening(DeferredAttribute):
    """Opens on first reading, so that a list that shows no secret opens none."""

    field: Any

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.open(value, instance)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        """Only with a setter does reading come here first, and not to the instance's own dictionary."""
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.BinaryField):
    """Bytes at rest as AEAD ciphertext, bound to the column and to the row's unchanging `bound_to` fields.

    It cannot be filtered on: keep a blind index beside it for that.
    """

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    descriptor_class: Any = _Opening
    non_db_attrs = (*models.BinaryField.non_db_attrs, "bound_to")

    def __init__(self, *args: Any, bound_to: tuple[str, ...] = (), **kwargs: Any) -> None:
        kwargs["editable"] = True
        self.bound_to = tuple(bound_to)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.bound_to:
            kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    def context(self, instance: models.Model) -> str:
        """Which column of which row: `accounts.person.cnp/6f1c…`."""
        row = [str(getattr(instance, name)) for name in self.bound_to]
        return "/".join([f"{self.model._meta.label_lower}.{self.name}", *row])

    def seal(self, value: Any, instance: models.Model) -> Sealed | None:
        """`value` as the ciphertext of this row."""
        plain = self.pack(value)
        return None if plain is None else Sealed(encrypt(plain, context=self.context(instance)))

    def open(self, value: bytes, instance: models.Model) -> Any:
        """The value behind a ciphertext of this row. Raises `tink.TinkError`."""
        return self.unpack(decrypt(value, context=self.context(instance)))

    def pack(self, value: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def unpack(self, plain: bytes) -> Any:
        return plain

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        return value if isinstance(value, Sealed) else self.seal(value, model_instance)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is encrypted by row: write it with save(), or update(**encrypted(row, …))")
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted: search it by its blind index")
        return super().get_lookup(lookup_name)


class EncryptedJSONField(EncryptedField):
    """JSON as ciphertext."""

    def pack(self, value: Any) -> bytes | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def unpack(self, plain: bytes) -> Any:
        return json.loads(plain)


class EncryptedTextField(EncryptedField):
    """Text as ciphertext; no text is NULL, so that a constraint can ask for one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def _check_str_default_value(self) -> list:
        return []

    def pack(self, value: Any) -> bytes | None:
        return value.encode() if value else None

    def unpack(self, plain: bytes) -> Any:
        return plain.decode()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value or None, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return "" if value is None else Sealed(value)


def encrypted(instance: models.Model, **values: Any) -> dict[str, Any]:
    """The ciphertexts of one row's fields, for `queryset.update(**encrypted(row, content=…))`."""
    fields: dict[str, Any] = {field.name: field for field in instance._meta.local_fields}
    return {name: fields[name].seal(value, instance) for name, value in values.items()}
