"""What every work page shows: the house, the roles in it, the queues."""

from typing import Any

from django.http import HttpRequest

from backoffice.accounts.access import Grants
from backoffice.accounts.models import House
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from workflows import failed, paging
from workflows.services import deliveries


def work(request: HttpRequest) -> dict:
    """`work_house`, its roles, houses, rights, and the counts of the menu: empty for strangers and applicants."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"work_house": None}
    grants = grants_of(request)
    house = current_house(request, grants)
    if house is None:
        return {"work_house": None}
    rights = grants.rights_in(house)
    return {
        "work_house": house,
        "work_houses": grants.houses,
        "work_roles": [role.label for role in grants.roles_in(house)],
        "work_rights": {str(right) for right in rights},
        "work_waiting": paging.capped(deliveries.waiting(house, grants, today=today()))
        if Can.HAND_OVER in rights
        else "0",
        "work_failed": paging.capped(failed.of(house)) if Can.RETRY_WORK in rights else "0",
    }


def grants_of(request: Any) -> Grants:
    """Read once per request."""
    if not hasattr(request, "grants"):
        request.grants = Grants.of(request.user)
    return request.grants


def current_house(request: HttpRequest, grants: Grants) -> House | None:
    """The house chosen in this session, else the first one."""
    chosen = request.session.get("house")
    return next((h for h in grants.houses if h.code == chosen), next(iter(grants.houses), None))
