"""Filing online: a draft that saves itself, page by page, a review, one submission, a receipt."""

from datetime import date
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House
from backoffice.romania.calendar import today
from enrolment import access, application, form, rules
from enrolment.attachments import services as attachments
from enrolment.enums import State
from enrolment.errors import Invalid
from enrolment.models import Filing
from enrolment.services import completions, filings
from workflows import carrying
from workflows import filing as filing_service
from workflows.views import boxes
from workflows.views.progress import progress


@login_not_required
@require_GET
def start(request: SignedInRequest) -> HttpResponse:
    """What filing needs and how long it takes, before any account (product.md A1)."""
    drafts: list[Filing] = []
    if request.user.is_authenticated:
        open_ones = Filing.objects.filter(owner=request.user, submitted_at__isnull=True, channel="online")
        drafts = list(open_ones.order_by("-saved_at")[:5])
    return render(request, "filing/start.html", {"drafts": drafts})


@require_POST
def new(request: SignedInRequest) -> HttpResponse:
    """Open a draft."""
    if request.user.person_id is None:
        return redirect(f"{reverse('accounts:identity')}?next={reverse('workflows:file')}")
    draft = filings.start_online(owner=request.user)
    return redirect("workflows:file_step", public_id=draft.public_id, step=form.steps()[0].slug)


def step(request: SignedInRequest, public_id: UUID, step: str) -> HttpResponse:
    """One page of the form. What was typed is kept first and judged afterwards."""
    draft = access.own_filing(request.user, public_id)
    page = form.step(step)
    if page is None:
        raise Http404
    if draft.is_submitted:
        return redirect("workflows:file_receipt", public_id=public_id)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        content = boxes.posted(request, draft.content, page)
        if not filings.save_draft(draft, content=content):
            return redirect("workflows:file_receipt", public_id=public_id)
        if request.headers.get("X-Autosave"):
            return JsonResponse({"saved": timezone.localtime().strftime("%H:%M")})
        if "go" in request.POST:
            errors = boxes.errors_of(filings.judge(draft, today=today()).errors, page)
            if not errors:
                return redirect(_after(page, public_id))
        elif "leave" in request.POST:
            return redirect("enrolment:mine")
    pages = progress(draft, page.slug)
    return render(
        request,
        "filing/step.html",
        {
            "filing": draft,
            "page": page,
            "pages": pages,
            "position": [p["slug"] for p in pages].index(page.slug) + 1,
            "lines": form.lines(page, draft.content, errors),
            "errors": boxes.summary(errors, page, draft.content),
        },
        status=422 if errors else 200,
    )


def review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Everything at a glance, what is still wrong and what the house will see; then submit, once."""
    draft = access.own_filing(request.user, public_id)
    if draft.is_submitted:
        return redirect("workflows:file_receipt", public_id=public_id)
    if request.method == "POST":
        try:
            filing_service.submit(draft, by=request.user, today=today())
        except Invalid:
            pass  # shown below, with links to each field
        else:
            return redirect("workflows:file_receipt", public_id=public_id)
    parsed = filings.judge(draft, today=today())
    return render(
        request,
        "filing/review.html",
        {
            "filing": draft,
            "pages": progress(draft, "verificare"),
            "sections": [
                {"page": page, "rows": boxes.answers(page, parsed.content or draft.content)} for page in form.steps()
            ],
            "errors": boxes.errors_by_page(parsed.errors),
            "houses": _houses(parsed.content),
            "warnings": _warnings(parsed.content, today()),
            "shelves": attachments.shelves(draft),
        },
        status=422 if request.method == "POST" else 200,
    )


@require_GET
def receipt(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The proof of filing: number, day, term, fingerprint; stands on its own when printed (product.md A8)."""
    draft = access.own_filing(request.user, public_id)
    if not draft.is_submitted:
        raise Http404
    cases = draft.cases.select_related("house", "entry").order_by("pk")
    return render(request, "filing/receipt.html", {"filing": draft, "cases": cases})


def completion(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Answer what the house asked for: the whole form, filled in, on one page."""
    case = access.own_case(request.user, public_id)
    asked = completions.open_request(case)
    if case.state != State.COMPLETION or asked is None:
        return redirect("enrolment:case", public_id=public_id)
    return boxes.whole_form(
        request,
        template="filing/completion.html",
        content=case.content,
        as_written=[],
        context={"case": case, "asked": asked, "reasons": boxes.reasons(asked.reasons)},
        save=lambda content, as_written: carrying.complete(case, by=request.user, content=content, today=today()),
        done=reverse("enrolment:case", args=[public_id]),
    )


def _after(page: form.Step, public_id: UUID) -> str:
    slugs = [p.slug for p in form.steps()]
    position = slugs.index(page.slug) + 1
    if position == len(slugs):
        return reverse("workflows:filing_scans", args=[public_id])
    return reverse("workflows:file_step", args=[public_id, slugs[position]])


def _houses(content: dict | None) -> list[House]:
    return filings.competent_houses(content) if content else []


def _warnings(content: dict | None, day: date) -> list[str]:
    """What the automatic rules will tell the clerk, said to the applicant before filing."""
    sentences: list[str] = []
    if content is None:
        return sentences
    for house in _houses(content):
        part = application.part_for_county(content, house.county)
        duplicate = filings.has_enrolment(house, part["provider"]["uic"])
        found = rules.findings(part, today=day, has_enrolment=duplicate, redirected=False)
        sentences += [rules.explain(finding) for finding in found]
    return list(dict.fromkeys(sentences))
