"""The applicant's own pages: my requests, one request, its acts, and the key that opens once."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backoffice.accounts.http import SignedInRequest
from backoffice.romania.calendar import today
from enrolment import access, nomenclature
from enrolment.enums import Channel
from enrolment.errors import Refused
from enrolment.models import Case, Filing, LicenceKey
from enrolment.services import communication, completions, evidence, licences
from notifications.models import Document
from notifications.views import pdf_response, sealed_act


@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """Drafts and requests of this account."""
    filings = Filing.objects.filter(owner=request.user, channel=Channel.ONLINE)
    cases = Case.objects.filter(filing__in=filings).select_related("house", "entry").order_by("-pk")[:100]
    drafts = filings.filter(submitted_at__isnull=True).order_by("-saved_at")[:20]
    return render(request, "enrolment/mine.html", {"drafts": drafts, "cases": cases, "today": today()})


@require_GET
def case(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One request: where it stands, the legal clock, what is asked of me, the acts."""
    found = access.own_case(request.user, public_id)
    asked = completions.open_request(found)
    return render(
        request,
        "enrolment/case.html",
        {
            "case": found,
            "today": today(),
            "asked": asked,
            "asked_reasons": [nomenclature.reason(code) for code in asked.reasons] if asked else [],
            "path": communication.path_of(found),
            "documents": Document.objects.filter(about=found.public_id, sealed_at__isnull=False).defer(
                "pdf", "context"
            ),
            "key": LicenceKey.objects.filter(enrolment__case=found).first(),
        },
    )


@require_GET
def document(request: SignedInRequest, public_id: UUID, document_id: UUID) -> HttpResponse:
    """An act of my request; the first reading of the decision is its communication."""
    found = access.own_case(request.user, public_id)
    act = sealed_act(found.public_id, document_id)
    communication.read(found, act, by=request.user)
    return pdf_response(act)


@require_GET
def proof(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The events of my request with their signed checkpoints, as a file that can be checked without us."""
    found = access.own_case(request.user, public_id)
    try:
        content = evidence.proof_of(found, page=request.build_absolute_uri(reverse("evidence:page")))
    except evidence.NotYet:
        messages.info(
            request,
            _("Dovada este gata într-un minut: ultima înregistrare încă nu a fost sigilată. Încercați din nou."),
        )
        return redirect("enrolment:case", public_id=public_id)
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="dovada-{str(found.entry).replace("/", "-")}.json"'
    return response


@reauthentication_required
def key(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The licence key: shown once, after a fresh log-in; a second try answers 410."""
    found = access.own_case(request.user, public_id)
    held = (
        LicenceKey.objects.filter(enrolment__case=found)
        .select_related("enrolment__case__filing", "enrolment__house")
        .first()
    )
    if held is None:
        raise Http404
    clear = refused = ""
    if request.method == "POST":
        try:
            clear = licences.open_once(held, by=request.user)
        except Refused as problem:
            refused = str(problem.sentence)
    return render(
        request,
        "enrolment/key.html",
        {"case": found, "key": held, "clear": clear, "refused": refused},
        status=410 if refused else 200,
    )
