"""Doors: the only ways to a filing or a case; a stranger gets 404 (style.md rule 14)."""

from uuid import UUID

from django.http import Http404

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from enrolment.enums import Channel
from enrolment.models import Case, Filing


def own_filing(user: User, public_id: UUID) -> Filing:
    """A provider's own online filing."""
    filing = Filing.objects.filter(public_id=public_id, owner=user, channel=Channel.ONLINE).first()
    if filing is None:
        raise Http404
    return filing


def own_case(user: User, public_id: UUID) -> Case:
    """A case of one's own online filing."""
    case = _cases().filter(public_id=public_id, filing__owner=user, filing__channel=Channel.ONLINE).first()
    if case is None:
        raise Http404
    return case


def office_case(user: User, public_id: UUID) -> Case:
    """A case of a house in which one may see cases today."""
    case = _cases().filter(public_id=public_id).first()
    if case is None or not access.can(user, Can.SEE_CASES, case.house_id):
        raise Http404
    return case


def paper_filing(user: User, public_id: UUID) -> Filing:
    """A paper filing of a house in which one may key in today."""
    filing = Filing.objects.select_related("house").filter(public_id=public_id, house__isnull=False).first()
    if filing is None or filing.house is None or not access.can(user, Can.KEY_IN, filing.house):
        raise Http404
    return filing


def _cases():
    return Case.objects.select_related("house", "entry__redirected_from__house", "filing__owner")
