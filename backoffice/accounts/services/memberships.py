"""Roles are given from a day to a day, and end; nobody gives himself one (security.md S10)."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from backoffice.accounts import access
from backoffice.accounts.models import House, Membership, User
from backoffice.accounts.roles import Can, Role
from backoffice.audit import log
from backoffice.calendar import today


def account_named(email: str) -> User | None:
    """The account with this address, wherever it belongs; its address and person and nothing more of it."""
    found = User.objects.raw("select * from account_by_email(%s)", [email.replace("\x00", "").strip()])
    return next(iter(found), None)


@transaction.atomic
def start(
    *,
    user: User,
    house: House,
    role: Role,
    starts_on: date,
    ends_on: date | None = None,
    stands_in_for: Membership | None = None,
    by: User | None,
) -> Membership:
    """Give `user` a role in `house`. `by=None` is the installation itself (first administrator, demo data).

    Raises `PermissionDenied` when `by` does not manage the people of the house, and `IntegrityError`
    (`nobody_grants_a_role_to_himself`, `one_membership_per_role_and_day`, `stand_in_has_an_end`).
    """
    if by is not None:
        access.demand(by, Can.MANAGE_PEOPLE, house)
        if user.person_id is None or user.person_id == by.person_id:
            # Persons, not accounts: a second account of the same human is the same human.
            raise PermissionDenied
    membership = Membership.objects.create(
        user=user,
        house=house,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        stands_in_for=stands_in_for,
        granted_by=by,
    )
    log.record("membership.started", on=membership, by=by, house=house, role=str(role), user=user.pk)
    return membership


@transaction.atomic
def end(membership: Membership, *, by: User | None, last_day: date | None = None) -> None:
    """End a role; without a day it ended yesterday, so that it holds no longer from this second on.

    Raises `PermissionDenied` when `by` does not manage the people of the house.
    """
    if by is not None:
        access.demand(by, Can.MANAGE_PEOPLE, membership.house)
    last_day = last_day or max(today() - timedelta(days=1), membership.starts_on - timedelta(days=1))
    if last_day < membership.starts_on:
        # A role given today and taken back today was never in force: move its start with its end.
        membership.starts_on = last_day
    membership.ends_on = last_day
    membership.save(update_fields=["starts_on", "ends_on"])
    log.record("membership.ended", on=membership, by=by, house=membership.house, role=membership.role)
