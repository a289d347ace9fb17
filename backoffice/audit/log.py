"""The only way into the audit log."""

import json
from typing import Any

from django.db import connection, models

from backoffice.audit import codes
from backoffice.crypto.encryption import blind_index
from backoffice.http.request_id import current_request_id


class UnknownEvent(Exception):
    """An event code that no room has named."""


def record(code: str, *, on: models.Model, by: Any, house: Any = None, **facts: Any) -> None:
    """Write what `by` did to `on`, inside the transaction that does it.

    `by` is a user or None for the system itself; `facts` are ids, codes and field names.
    Raises `UnknownEvent`, and `RuntimeError` outside a transaction: what was done would then stand without its event.
    """
    if not codes.is_known(code) or codes.is_refusal(code):
        raise UnknownEvent(code)
    _demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit_append(%s, %s, %s, %s, %s, %s, %s::jsonb, %s)",
            [
                code,
                by.pk if by else None,
                by.person_id if by else None,
                house.pk if house else None,
                on._meta.label,
                on.pk,
                json.dumps(facts),
                current_request_id(),
            ],
        )


def refused(code: str, *, by: Any = None, source: str = "", **facts: Any) -> bool:
    """Write that somebody was refused, after whatever he tried was rolled back; False when only counted.

    `source` (an address, a typed name) is kept as a keyed hash. Of a flood only samples are written (`audit_refused`).
    """
    if not codes.is_known(code) or not codes.is_refusal(code):
        raise UnknownEvent(code)
    _demand_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit_refused(%s, %s, %s, %s, %s::jsonb, %s)",
            [
                code,
                by.pk if by else None,
                by.person_id if by else None,
                blind_index(source, context="audit.source").hex()[:16],
                json.dumps(facts),
                current_request_id(),
            ],
        )
        return cursor.fetchone()[0]


def _demand_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("audit events are written in the transaction of what they record")
