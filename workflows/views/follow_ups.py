"""Asking something about a decided case: what its pages offer, and where a draft of it begins."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backoffice.accounts import access as rights
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from workflows import procedures
from workflows.access import get_case_or_404, get_own_case_or_404
from workflows.enums import Channel
from workflows.errors import Refused
from workflows.models import Case
from workflows.procedures import Offer, Procedure
from workflows.services import filings


@require_POST
def of_applicant(request: SignedInRequest, public_id: UUID, procedure: str) -> HttpResponse:
    """An applicant asks something about an own case: a draft opens."""
    case = get_own_case_or_404(request.user, public_id)
    asked = _of(case, procedure)
    if asked.by_house:
        raise Http404
    try:
        draft = filings.start_online(asked, owner=request.user, about=case)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("workflows:my_case", public_id=public_id)
    return redirect("workflows:file_step", public_id=draft.public_id, step=draft.first_page)


@require_POST
def of_house(request: SignedInRequest, public_id: UUID, procedure: str) -> HttpResponse:
    """The house keys in what came on paper about a case, or begins of its own motion."""
    case = get_case_or_404(request.user, public_id)
    asked = _of(case, procedure)
    if not rights.can(request.user, Can.KEY_IN, case.house, asked.code):
        raise Http404
    channel = Channel.OFFICE if asked.by_house else Channel.COUNTER
    frame = {"channel": str(channel), "received_on": today().isoformat(), "signature": "handwritten"}
    try:
        draft = filings.start_paper(
            asked, house=case.house, channel=channel, content=frame, by=request.user, about=case
        )
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("workflows:case", public_id=public_id)
    return redirect("workflows:paper", public_id=draft.public_id)


def offers_to(user: User, case: Case) -> list[tuple[Procedure, Offer]]:
    """What this person may key in about the case, with the words of each."""
    offered = procedures.offers(case, today=today())
    return [o for o in offered if rights.can(user, Can.KEY_IN, case.house, o[0].code)]


def _of(case: Case, code: str) -> Procedure:
    """A procedure that has something to do with this case; 404 for any other."""
    found = [procedure for procedure, _offer in procedures.offers(case, today=today()) if procedure.code == code]
    if not found:
        raise Http404
    return found[0]
