"""The two pages on which a licence key is shown, each once: to the applicant, or to the clerk who hands it over."""

from collections.abc import Callable
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render

from backoffice.accounts import access
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.roles import Can
from enrolment.providers import services
from enrolment.providers.models import LicenceKey
from workflows.access import get_case_or_404, get_own_case_or_404
from workflows.errors import Refused
from workflows.models import Case


@reauthentication_required
def key(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The licence key for its holder: shown once, after a fresh log-in; a second try answers 410."""
    case = get_own_case_or_404(request.user, public_id)
    held = _key_or_404(case)
    return _shown_once(request, case, held, services.open_once, "providers/key.html")


@reauthentication_required
def hand_over(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The key of a request that came on paper, once, on a page to print and hand over at the counter."""
    case = get_case_or_404(request.user, public_id)
    held = _key_or_404(case)
    if not access.can(request.user, Can.HAND_OVER, case.house, case.procedure):
        raise PermissionDenied
    return _shown_once(request, case, held, services.hand_over, "providers/hand_over.html")


def _key_or_404(case: Case) -> LicenceKey:
    """The newest key of the enrolment that the case made; of a request about one, the key that it brought."""
    enrolment = services.enrolment_of(case)
    keys = LicenceKey.objects.filter(enrolment=enrolment, **({"case": case} if case.about_id else {}))
    found = keys.select_related(
        "enrolment__case__filing", "enrolment__case__house", "enrolment__house", "case__filing", "house"
    )
    held = found.order_by("pk").last()
    if enrolment is None or held is None:
        raise Http404
    return held


def _shown_once(
    request: SignedInRequest, case: Case, held: LicenceKey, take: Callable[..., str], template: str
) -> HttpResponse:
    """A GET says what will happen, a POST takes the key and shows it in the same answer."""
    clear = refused = ""
    if request.method == "POST":
        try:
            clear = take(held, by=request.user)
        except Refused as problem:
            refused = str(problem.sentence)
    context = {"case": case, "key": held, "clear": clear, "refused": refused}
    return render(request, template, context, status=410 if refused else 200)
