"""Fields that the database never sees in clear, and equality search over them (security.md S16).

AEAD by Tink, with the column's name as associated data: a ciphertext moved to another column does not open.
The blind index is a keyed PRF (also Tink): 3.8 billion CNPs could be tried against an unkeyed hash in seconds.
"""

import io
import json
from functools import cache
from typing import Any

import tink
from django.db import models
from tink import aead, prf, secret_key_access
from tink import json_proto_keyset_format as keyset_format

from backoffice import keys

aead.register()
prf.register()


def _new_keyset(template: Any) -> str:
    return keyset_format.serialize(tink.new_keyset_handle(template), secret_key_access.TOKEN)


def _new_field_keyset() -> str:
    return _new_keyset(aead.aead_key_templates.AES256_GCM)


def _new_index_keyset() -> str:
    return _new_keyset(prf.prf_key_templates.HMAC_SHA256)


@cache
def _aead() -> aead.Aead:
    handle = keyset_format.parse(keys.text("field_keyset.json", _new_field_keyset), secret_key_access.TOKEN)
    return handle.primitive(aead.Aead)


@cache
def _prf() -> prf.PrfSet:
    handle = keyset_format.parse(keys.text("index_keyset.json", _new_index_keyset), secret_key_access.TOKEN)
    return handle.primitive(prf.PrfSet)


def encrypt(plain: bytes, *, context: str) -> bytes:
    """Seal `plain`; `context` (the column) must be the same when opening."""
    return _aead().encrypt(plain, context.encode())


def decrypt(sealed: bytes, *, context: str) -> bytes:
    """Open what `encrypt` sealed. Raises `tink.TinkError` when it was altered or moved."""
    return _aead().decrypt(bytes(sealed), context.encode())


def blind_index(value: str, *, context: str) -> bytes:
    """32 bytes that are equal for equal values and say nothing without the key."""
    return _prf().primary().compute(f"{context}\x00{value}".encode(), 32)


class EncryptedJSONField(models.BinaryField):
    """JSON at rest as AEAD ciphertext. It cannot be filtered on: keep a blind index beside it for that."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = True
        super().__init__(*args, **kwargs)

    @property
    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return super().get_db_prep_value(encrypt(plain, context=self._context), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        return json.load(io.BytesIO(decrypt(value, context=self._context)))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted: search it by its blind index")
        return super().get_lookup(lookup_name)
