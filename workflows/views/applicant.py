"""The applicant's own pages: my requests, one request, its documents, its proof. They only read."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backoffice.accounts.http import SignedInRequest
from backoffice.romania.calendar import today
from notifications.services import documents
from notifications.views import get_sealed_document_or_404, pdf_response
from workflows import procedures
from workflows.access import get_own_case_or_404, of_account
from workflows.enums import Channel
from workflows.models import Case, Filing
from workflows.services import communication, completions, deliveries, evidence, reviews, terms


@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """Drafts and requests of this account."""
    filings = Filing.objects.filter(owner=request.user, channel=Channel.ONLINE)
    cases = Case.objects.filter(of_account(request.user)).select_related("house", "entry", "about__about")
    cases = cases.order_by("-pk")[:100]
    drafts = filings.filter(submitted_at__isnull=True).select_related("about__entry").order_by("-saved_at")[:20]
    return render(request, "workflows/mine.html", {"drafts": drafts, "cases": cases, "today": today()})


@require_GET
def case(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One request: where it stands, the legal clock, what is asked of me, the documents."""
    found = get_own_case_or_404(request.user, public_id)
    procedure = procedures.get(found.procedure)
    asked = completions.open_request(found)
    return render(
        request,
        "workflows/my_case.html",
        {
            "case": found,
            "procedure": procedure,
            "today": today(),
            "term": terms.arithmetic(found),
            "extension": found.extensions.last(),
            "closure": found.closures.last() if found.is_closed else None,
            "joined": [] if found.closed_without_decision else communication.joined_to(found),
            "end_of_main": communication.end_of_main(found) if found.closed_without_decision else None,
            "asked": asked,
            "communicated_on": deliveries.communicated_on(found),
            "asked_reasons": [procedure.reason(code) for code in asked.reasons] if asked else [],
            "path": communication.path_of(found),
            "offers": [o for o in procedures.offers(found, today=today()) if not o[0].by_house],
            "follow_ups": found.follow_ups.select_related("entry"),
            **(reviews.shown(procedure, found.about, case=found) if found.about else {}),
            "documents": documents.of_case(found.public_id),
            "panel": procedure.panel_context(found, request.user),
        },
    )


@require_GET
def document(request: SignedInRequest, public_id: UUID, document_id: UUID) -> HttpResponse:
    """A document of my request; the first reading of the decision is its communication."""
    found = get_own_case_or_404(request.user, public_id)
    sealed = get_sealed_document_or_404(found.public_id, document_id)
    communication.read(found, sealed, by=request.user)
    return pdf_response(sealed)


@require_GET
def proof(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The events of my request with their signed checkpoints, as a file that can be checked without us."""
    found = get_own_case_or_404(request.user, public_id)
    try:
        content = evidence.proof_of(found, page=request.build_absolute_uri(reverse("evidence:page")))
    except evidence.NotYet:
        messages.info(
            request,
            _("Dovada este gata într-un minut: ultima înregistrare încă nu a fost sigilată. Încercați din nou."),
        )
        return redirect("workflows:my_case", public_id=public_id)
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="dovada-{str(found.entry).replace("/", "-")}.json"'
    return response
