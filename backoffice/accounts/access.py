"""The one permission question: may this person do this, in this house and procedure, today."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from backoffice.accounts.models import House, Membership, User
from backoffice.accounts.roles import RIGHTS, Can, Role, rights_by_procedure, roles_with
from backoffice.romania.calendar import today


def can(user: User, right: Can, house: House | int, procedure: str = "") -> bool:
    """True when the account is active and holds, today, a role of that house with that right in that procedure.

    Without a procedure only the rights that hold whatever the procedure count. Always reads the database: a step asks
    again inside its locked transaction, so that a role that ended a minute ago ends here.
    """
    return _memberships(user, right, procedure).filter(house=house).exists()


def demand(user: User, right: Can, house: House | int, procedure: str = "") -> Membership:
    """The membership on which `user` acts. Raises `PermissionDenied` when there is none."""
    membership = _memberships(user, right, procedure).filter(house=house).first()
    if membership is None:
        raise PermissionDenied
    return membership


def houses_where(user: User, right: Can, procedure: str = "") -> QuerySet[House]:
    """The houses in which `user` holds that right today."""
    return House.objects.filter(pk__in=_memberships(user, right, procedure).values("house_id"))


@dataclass(frozen=True)
class Grants:
    """Everything an account may do today, read once for one page; steps never trust it."""

    memberships: tuple[Membership, ...]

    @classmethod
    def of(cls, user: User) -> "Grants":
        """What this account holds today, in one query."""
        active = Membership.objects.active_on(today()).filter(user=user.pk).select_related("house")
        return cls(tuple(active.order_by("house__sort_key", "pk")))

    @property
    def houses(self) -> list[House]:
        """The houses in which one has a role today, in the order of their names."""
        return list({membership.house: None for membership in self.memberships})

    def roles_in(self, house: House) -> list[Role]:
        """The roles one holds in this house today."""
        return [Role(m.role) for m in self.memberships if m.house_id == house.pk]

    def rights_in(self, house: House) -> frozenset[Can]:
        """What one may do there in at least one procedure, or whatever the procedure."""
        roles = self.roles_in(house)
        general = frozenset[Can]().union(*(RIGHTS[role] for role in roles))
        return general.union(*(rights for role in roles for rights in rights_by_procedure(role).values()))

    def procedures_with(self, right: Can, house: House) -> list[str]:
        """The procedures in which one holds a right there."""
        found = [
            code
            for role in self.roles_in(house)
            for code, rights in rights_by_procedure(role).items()
            if right in rights
        ]
        return sorted(set(found))


def _memberships(user: User, right: Can, procedure: str) -> QuerySet[Membership]:
    return Membership.objects.active_on(today()).filter(user=user.pk, role__in=roles_with(right, procedure))
