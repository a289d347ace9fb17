"""Giving and ending roles: from a day to a day; nobody gives himself one."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts import access, sessions
from backoffice.accounts.models import House, Membership, User
from backoffice.accounts.roles import Can, Role
from backoffice.audit import log
from backoffice.romania.calendar import today


def account_named(email: str) -> User | None:
    """The account with this address, wherever it belongs; its address and person and nothing more of it."""
    found = User.objects.raw("select * from account_by_email(%s)", [email.replace("\x00", "").strip()])
    return next(iter(found), None)


class NotPossible(Exception):
    """The role cannot be given or ended so; `sentence` says why and what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


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

    Raises `PermissionDenied` when `by` does not manage the people of the house, `NotPossible` when a stand-in would
    reach beyond the role it replaces, and `IntegrityError` (`nobody_grants_a_role_to_himself`,
    `one_membership_per_role_and_day`, `stand_in_has_an_end`).
    """
    if by is not None:
        access.demand(by, Can.MANAGE_PEOPLE, house)
        if user.person_id is None or user.person_id == by.person_id:
            # Persons, not accounts: a second account of the same human is the same human.
            raise PermissionDenied
    if stands_in_for is not None:
        _demand_inside(stands_in_for, house, role, starts_on, ends_on)
    membership = Membership.objects.create(
        user=user,
        house=house,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        stands_in_for=stands_in_for,
        granted_by=by,
    )
    sessions.outdate(user)
    log.record("membership.started", on=membership, by=by, house=house, role=str(role), user=user.pk)
    return membership


@transaction.atomic
def end(membership: Membership, *, by: User | None, last_day: date | None = None) -> None:
    """End a role; without a day it ended yesterday, so that it holds no longer from this second on.

    Its stand-ins end with it. Raises `PermissionDenied` when `by` does not manage the people of the house, and
    `NotPossible` when nobody would be left who does.
    """
    if by is not None:
        access.demand(by, Can.MANAGE_PEOPLE, membership.house)
        if _is_last_administrator(membership):
            raise NotPossible(
                _(
                    "Este singurul administrator al casei: fără el nimeni nu ar mai putea acorda roluri. "
                    "Acordați întâi rolul altcuiva, apoi încheiați-l pe acesta."
                )
            )
    last_day = last_day or today() - timedelta(days=1)
    for ending in (membership, *membership.stand_ins.filter(ends_on__gt=last_day)):
        _end_on(ending, last_day)
        sessions.outdate(ending.user)
        log.record("membership.ended", on=ending, by=by, house=ending.house, role=ending.role)


def _is_last_administrator(membership: Membership) -> bool:
    """Whether the house would be without an administrator. Locks their rows: two may end each other's role at once."""
    in_force = Membership.objects.active_on(today()).filter(house=membership.house_id, role=Role.ADMINISTRATOR)
    held = list(in_force.select_for_update(of=("self",)).order_by("pk"))
    return membership in held and all(other.user_id == membership.user_id for other in held)


def _end_on(membership: Membership, last_day: date) -> None:
    if last_day < membership.starts_on:
        # Taken back before it was in force: it moves to one past day on which the person did not hold the role.
        same = Membership.objects.filter(user=membership.user_id, house=membership.house_id, role=membership.role)
        while same.filter(starts_on__lte=last_day, ends_on__gte=last_day).exists():
            last_day -= timedelta(days=1)
        membership.starts_on = last_day
    membership.ends_on = last_day
    membership.save(update_fields=["starts_on", "ends_on"])


def _demand_inside(replaced: Membership, house: House, role: Role, starts_on: date, ends_on: date | None) -> None:
    """A stand-in holds the role of the person away, there, and no day longer."""
    if (replaced.house_id, replaced.role) != (house.pk, role):
        raise NotPossible(_("Înlocuitorul primește chiar rolul celui înlocuit, la aceeași casă."))
    if starts_on < replaced.starts_on or (replaced.ends_on and (ends_on is None or ends_on > replaced.ends_on)):
        raise NotPossible(_("Înlocuirea trebuie să cadă în perioada în care cel înlocuit are rolul."))
