"""The only way into the audit log."""

from typing import Any

from django.db import connection, models

from backoffice.audit.codes import SENTENCES
from backoffice.audit.context import current_request_id
from backoffice.audit.models import Event


class UnknownEvent(Exception):
    """An event code that is not in `codes.SENTENCES`."""


def record(code: str, *, on: models.Model, by: Any, house: Any = None, **facts: Any) -> Event:
    """Write what `by` did to `on`, inside the transaction of the act (security.md S8).

    `by` is a user or None for the system itself; `facts` are ids, codes and field names.
    Raises `UnknownEvent`, and `RuntimeError` outside a transaction: the act would then stand without its event.
    """
    if code not in SENTENCES:
        raise UnknownEvent(code)
    if not connection.in_atomic_block:
        raise RuntimeError("audit events are written in the transaction of their act")
    return Event.objects.create(
        code=code,
        actor_user=by.pk if by else None,
        actor_person=by.person_id if by else None,
        house=house.pk if house else None,
        subject_type=on._meta.label,
        subject_id=on.pk,
        facts=facts,
        request_id=current_request_id(),
    )
