"""What a house says of itself in its acts: entered by its administrator, never invented."""

import json
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from backoffice.accounts import access
from backoffice.accounts.models import ENTERED, House, User
from backoffice.accounts.roles import Can
from backoffice.audit import log


@transaction.atomic
def enter(house: House, entered: Mapping[str, str], *, by: User) -> list[str]:
    """Write the data of a house; which of them changed. Raises `PermissionDenied`.

    The database reads the role once more: only the administrator of this house writes its row, and only these fields.
    """
    access.demand(by, Can.HOUSE_DATA, house)
    held = House.objects.get(pk=house.pk)
    changed = [name for name in ENTERED if getattr(held, name) != entered[name]]
    with connection.cursor() as cursor:
        cursor.execute(
            "select house_enter(%s, %s::jsonb)", [house.pk, json.dumps({name: entered[name] for name in ENTERED})]
        )
        if cursor.fetchone() != (True,):
            raise PermissionDenied
    if changed:
        log.record("house.entered", on=held, by=by, house=held, fields=changed)
    return changed
