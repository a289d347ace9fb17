"""What is to be posted or handed over, and the facts that it reached somebody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from pydantic import TypeAdapter, ValidationError

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from notifications.views import pdf_response
from workflows import outbox
from workflows.access import get_delivery_or_404
from workflows.context import current_house, grants_of
from workflows.errors import Refused
from workflows.forms.values import PastDay
from workflows.models import Case, Communication, Delivery
from workflows.services import deliveries


@dataclass(frozen=True)
class Delivered:
    """One document with everything that is known of its way; on a page of facts and forms."""

    delivery: Delivery
    refused: str = ""
    typed: QueryDict | dict[str, Any] = field(default_factory=dict)

    @cached_property
    def facts(self) -> list[Communication]:
        """Every fact about it, cancelled ones too."""
        return deliveries.facts_of(self.delivery.document)


def of_case(case: Case) -> list[Delivered]:
    """The sealed documents of a case that are for somebody outside."""
    found = case.deliveries.filter(document__sealed_at__isnull=False).select_related("document").order_by("pk")
    return [Delivered(delivery) for delivery in found.defer("document__pdf", "document__context")]


@require_GET
def waiting(request: SignedInRequest) -> HttpResponse:
    """The list of what is to be communicated, the longest waiting first."""
    grants = grants_of(request)
    house = current_house(request, grants)
    if house is None or not grants.procedures_with(Can.HAND_OVER, house):
        raise Http404
    rows = deliveries.waiting(house, grants, today=today())
    page = outbox.page_of(rows, request.GET.get("dupa", ""))
    return render(request, "workflows/to_communicate.html", {"page": page, "today": today()})


def one(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """One document: what is known of its way, and the forms that write a fact down or cancel one."""
    delivery = get_delivery_or_404(request.user, document_id)
    refused = ""
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise Http404
        try:
            act(request, delivery)
        except Refused as problem:
            refused = str(problem.sentence)
        else:
            if delivery.case:
                return redirect("workflows:case", public_id=delivery.case.public_id)
            return redirect("workflows:to_communicate")
    shown = Delivered(delivery, refused, request.POST if refused else {})
    context = {"item": shown, "case": delivery.case, "today": today(), "rights": {"hand_over"}}
    return render(request, "workflows/communicate.html", context, status=422 if refused else 200)


@require_GET
def document(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The document itself, to be printed."""
    return pdf_response(get_delivery_or_404(request.user, document_id).document)


def _posted(request: SignedInRequest, delivery: Delivery) -> None:
    confirmation = _text(request, "confirmation", 40)
    deliveries.posted(delivery, by=request.user, day=_day(request), confirmation=confirmation, today=today())
    messages.success(request, _("Comunicarea prin poștă este consemnată."))


def _handed_over(request: SignedInRequest, delivery: Delivery) -> None:
    deliveries.handed_over(delivery, by=request.user, day=_day(request), to=_text(request, "to", 200), today=today())
    messages.success(request, _("Înmânarea este consemnată."))


def _cancelled(request: SignedInRequest, delivery: Delivery) -> None:
    number = request.POST.get("fact", "")
    facts = {str(fact.public_id): fact for fact in deliveries.facts_of(delivery.document)}
    if number not in facts:
        raise Http404
    deliveries.cancel(facts[number], by=request.user, why=_text(request, "why", 400), today=today())
    messages.success(request, _("Consemnarea este anulată."))


ACTS: dict[str, Callable[[SignedInRequest, Delivery], None]] = {
    "posted": _posted,
    "handed_over": _handed_over,
    "cancel": _cancelled,
}


def _day(request: SignedInRequest) -> date:
    """The day that was typed. Raises `Refused` when there is no such day or it is still to come."""
    try:
        day = TypeAdapter(PastDay).validate_python(request.POST.get("day", ""), context={"today": today()})
    except ValidationError as problem:
        future = problem.errors()[0]["type"] == "future_date"
        raise Refused(
            _("Ziua este în viitor: scrieți ziua în care actul a ajuns la destinatar.")
            if future
            else _("Scrieți ziua ca ZZ.LL.AAAA, de exemplu 31.12.2026.")
        ) from None
    return date.fromisoformat(day)


def _text(request: SignedInRequest, name: str, most: int) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:most]
