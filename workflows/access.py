"""Access functions: the only ways to a filing or a case; a stranger gets 404."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from workflows.enums import Channel
from workflows.models import Case, Delivery, Filing


def get_own_filing_or_404(user: User, public_id: UUID) -> Filing:
    """An applicant's own online filing."""
    return _or_404(Filing.objects.filter(public_id=public_id, owner=user, channel=Channel.ONLINE).first())


def get_own_case_or_404(user: User, public_id: UUID) -> Case:
    """A case of one's own online filing, or what the house decides about such a case."""
    return _or_404(_cases().filter(of_account(user), public_id=public_id).first())


def of_account(user: User) -> Q:
    """The cases of an account: those that it filed, and what the house decides about them of its own motion."""
    online = Channel.ONLINE
    return (
        Q(filing__owner=user, filing__channel=online)
        | Q(about__filing__owner=user, about__filing__channel=online)
        | Q(about__about__filing__owner=user, about__about__filing__channel=online)
    )


def get_case_or_404(user: User, public_id: UUID) -> Case:
    """A case of a house and procedure in which one may see cases today."""
    case = _or_404(_cases().filter(public_id=public_id).first())
    if not access.can(user, Can.SEE_CASES, case.house_id, case.procedure):
        raise Http404
    return case


def get_paper_filing_or_404(user: User, public_id: UUID) -> Filing:
    """A paper filing of a house and procedure in which one may key in today."""
    found = Filing.objects.select_related("house").filter(public_id=public_id, house__isnull=False)
    filing = _or_404(found.first())
    if filing.house is None or not access.can(user, Can.KEY_IN, filing.house, filing.procedure):
        raise Http404
    return filing


def get_delivery_or_404(user: User, document_id: UUID) -> Delivery:
    """A document that somebody of a house and procedure, in which one may hand documents over today, has to deliver."""
    found = Delivery.objects.select_related("document", "house", "case__entry", "entry")
    delivery = _or_404(found.filter(document__public_id=document_id, document__sealed_at__isnull=False).first())
    if not access.can(user, Can.HAND_OVER, delivery.house_id, delivery.procedure):
        raise Http404
    return delivery


def _or_404(found):
    if found is None:
        raise Http404
    return found


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related(
        "house", "entry__redirected_from__house", "filing__owner", "about__entry", "about__filing__owner"
    )
