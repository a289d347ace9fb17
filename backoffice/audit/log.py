"""The only way into the audit log."""

import json
from typing import Any

from django.db import connection, models

from backoffice.audit.codes import SENTENCES
from backoffice.audit.context import current_request_id


class UnknownEvent(Exception):
    """An event code that is not in `codes.SENTENCES`."""


def record(code: str, *, on: models.Model, by: Any, house: Any = None, **facts: Any) -> None:
    """Write what `by` did to `on`, inside the transaction of the act (security.md S8).

    `by` is a user or None for the system itself; `facts` are ids, codes and field names.
    Raises `UnknownEvent`, and `RuntimeError` outside a transaction: the act would then stand without its event.
    """
    if code not in SENTENCES:
        raise UnknownEvent(code)
    if not connection.in_atomic_block:
        raise RuntimeError("audit events are written in the transaction of their act")
    with connection.cursor() as cursor:
        # Without RETURNING: who writes an event may not be allowed to read it.
        cursor.execute(
            """insert into audit_event (code, actor_user, actor_person, house, subject_type, subject_id, facts, request_id)
               values (%s, %s, %s, %s, %s, %s, %s::jsonb, %s)""",
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
