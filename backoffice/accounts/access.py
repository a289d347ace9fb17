"""The one permission question: may this person do this, in this house, today (style.md 8, 16)."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from backoffice.accounts.models import House, Membership, User
from backoffice.accounts.roles import RIGHTS, Can, Role, roles_with
from backoffice.romania.calendar import today


def can(user: User, right: Can, house: House | int) -> bool:
    """True when the account is active and holds, today, a role of that house with that right.

    Always reads the database: acts call it again inside their locked transaction, so that a role that ended a
    minute ago ends here (security.md finding 4, T1.8).
    """
    return _memberships(user, right).filter(house=house).exists()


def demand(user: User, right: Can, house: House | int) -> Membership:
    """The membership on which `user` acts. Raises `PermissionDenied` when there is none."""
    membership = _memberships(user, right).filter(house=house).select_related("house").first()
    if membership is None:
        raise PermissionDenied
    return membership


def houses_where(user: User, right: Can) -> QuerySet[House]:
    """The houses in which `user` holds that right today."""
    return House.objects.filter(pk__in=_memberships(user, right).values("house_id"))


def permission_name(right: Can, house_code: str) -> str:
    """The string the engine keeps on a task: one comparison finds a queue (engine.md 5)."""
    return f"enrolment.{right}@{house_code}"


def has_engine_permission(user: User, name: str) -> bool:
    """Answer the engine's own check of a task's permission string."""
    right, _, house_code = name.removeprefix("enrolment.").partition("@")
    if right not in set(Can) or not house_code:
        return False
    return _memberships(user, Can(right)).filter(house__code=house_code).exists()


@dataclass(frozen=True)
class Grants:
    """Everything an account may do today, read once for one page; acts never trust it."""

    memberships: tuple[Membership, ...]

    @classmethod
    def of(cls, user: User) -> "Grants":
        active = Membership.objects.active_on(today()).filter(user=user.pk).select_related("house")
        return cls(tuple(active.order_by("house__sort_key", "pk")))

    @property
    def houses(self) -> list[House]:
        return list({membership.house: None for membership in self.memberships})

    def roles_in(self, house: House) -> list[Role]:
        return [Role(m.role) for m in self.memberships if m.house_id == house.pk]

    def rights_in(self, house: House) -> frozenset[Can]:
        return frozenset().union(*(RIGHTS[role] for role in self.roles_in(house)))


def _memberships(user: User, right: Can) -> QuerySet[Membership]:
    return Membership.objects.active_on(today()).filter(user=user.pk, role__in=roles_with(right))
