"""Filing online: a draft that saves itself, page by page, a review, one submission, a receipt."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from backoffice.accounts.http import SignedInRequest
from backoffice.romania.calendar import today
from workflows import procedures
from workflows.access import get_own_case_or_404, get_own_filing_or_404
from workflows.attachments import services as attachments
from workflows.enums import CaseState
from workflows.errors import Invalid, Refused
from workflows.forms import binding, display
from workflows.forms.display import Marks
from workflows.forms.progress import progress
from workflows.forms.spec import FormSpec, Page
from workflows.models import Filing
from workflows.procedures import Procedure
from workflows.services import completions, filings, reviews, steps


@login_not_required
@require_GET
def start(request: SignedInRequest) -> HttpResponse:
    """What can be filed, what it needs and how long it takes, before any account."""
    drafts: list[Filing] = []
    if request.user.is_authenticated:
        open_ones = Filing.objects.filter(owner=request.user, submitted_at__isnull=True, channel="online")
        drafts = list(open_ones.select_related("about__entry").order_by("-saved_at")[:5])
    return render(
        request,
        "workflows/start.html",
        {"drafts": drafts, "procedures": [found for found in procedures.every() if not found.follows]},
    )


@require_POST
def new(request: SignedInRequest) -> HttpResponse:
    """Open a draft of the chosen procedure."""
    if request.user.person_id is None:
        return redirect(f"{reverse('accounts:identity')}?next={reverse('workflows:file')}")
    procedure = _chosen(request.POST.get("procedure", ""))
    draft = filings.start_online(procedure, owner=request.user)
    return redirect("workflows:file_step", public_id=draft.public_id, step=procedure.form.pages[0].slug)


def step(request: SignedInRequest, public_id: UUID, step: str) -> HttpResponse:
    """One page of the form. What was typed is kept first and judged afterwards."""
    draft = get_own_filing_or_404(request.user, public_id)
    form = procedures.get(draft.procedure).form
    page = form.page(step)
    if page is None:
        raise Http404
    if draft.is_submitted:
        return redirect("workflows:file_receipt", public_id=public_id)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        content = binding.posted(form, draft.content, page, request.POST)
        if not filings.save_draft(draft, content=content):
            return redirect("workflows:file_receipt", public_id=public_id)
        if request.headers.get("X-Autosave"):
            return JsonResponse({"saved": timezone.localtime().strftime("%H:%M")})
        if "go" in request.POST:
            errors = display.errors_of(filings.judge(draft, today=today()).errors, page)
            if not errors:
                return redirect(_after(draft, form, page))
        elif "leave" in request.POST:
            return redirect("workflows:mine")
    pages = progress(draft, page.slug)
    return render(
        request,
        "workflows/step.html",
        {
            "filing": draft,
            "page": page,
            "pages": pages,
            "position": [p["slug"] for p in pages].index(page.slug) + 1,
            "lines": binding.lines(page, draft.content, errors),
            "errors": display.summary(errors, page, draft.content),
            **about_of(draft),
        },
        status=422 if errors else 200,
    )


def review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Everything at a glance, what is still wrong and what the house will see; then submit, once."""
    draft = get_own_filing_or_404(request.user, public_id)
    if draft.is_submitted:
        return redirect("workflows:file_receipt", public_id=public_id)
    refused = ""
    if request.method == "POST":
        try:
            filings.submit(draft, by=request.user, today=today())
        except Invalid:
            pass  # shown below, with links to each field
        except Refused as problem:
            refused = str(problem.sentence)
        else:
            return redirect("workflows:file_receipt", public_id=public_id)
    procedure = procedures.get(draft.procedure)
    parsed = filings.judge(draft, today=today())
    return render(
        request,
        "workflows/review.html",
        {
            "filing": draft,
            "procedure": procedure,
            "pages": progress(draft, "verificare"),
            "sections": display.sections(procedure.form, parsed.content or draft.content),
            "errors": display.errors_by_page(procedure.form, parsed.errors),
            "houses": filings.houses_of(draft, parsed.content) if parsed.content else [],
            "warnings": _warnings(draft, parsed.content, today()),
            "refused": refused,
            "groups": attachments.groups(draft),
            **about_of(draft),
        },
        status=422 if request.method == "POST" else 200,
    )


def about_of(draft: Filing) -> dict[str, Any]:
    """What the pages of a draft show about the decision that it questions."""
    procedure = procedures.get(draft.procedure)
    return {"procedure": procedure} | (reviews.shown(procedure, draft.about) if draft.about else {})


@require_GET
def receipt(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The proof of filing: number, day, term, fingerprint; stands on its own when printed."""
    draft = get_own_filing_or_404(request.user, public_id)
    if not draft.is_submitted:
        raise Http404
    cases = draft.cases.select_related("house", "entry", "about__entry", "about__about").order_by("pk")
    return render(request, "workflows/receipt.html", {"filing": draft, "cases": cases})


def completion(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Answer what the house asked for: the whole form, filled in, on one page."""
    case = get_own_case_or_404(request.user, public_id)
    asked = completions.open_request(case)
    if case.state != CaseState.COMPLETION or asked is None:
        return redirect("workflows:my_case", public_id=public_id)
    procedure = procedures.get(case.procedure)
    return display.edit_form(
        request,
        procedure.form,
        template="workflows/completion.html",
        content=case.content,
        marks=Marks(),
        context={
            "case": case,
            "procedure": procedure,
            "asked": asked,
            "reasons": [procedure.reason(code) for code in asked.reasons],
        },
        save=lambda content, marks: steps.complete(case, by=request.user, content=content, today=today()),
        done=reverse("workflows:my_case", args=[public_id]),
    )


def _chosen(code: str) -> Procedure:
    """The procedure that the button named; the only one when there is one only."""
    found = {procedure.code: procedure for procedure in procedures.every() if not procedure.follows}
    if code in found:
        return found[code]
    if len(found) == 1 and not code:
        return next(iter(found.values()))
    raise Http404


def _after(draft: Filing, form: FormSpec, page: Page) -> str:
    following = form.pages[form.pages.index(page) + 1 :]
    if following:
        return reverse("workflows:file_step", args=[draft.public_id, following[0].slug])
    name = "workflows:filing_scans" if attachments.groups(draft) else "workflows:file_review"
    return reverse(name, args=[draft.public_id])


def _warnings(draft: Filing, content: dict | None, day: date) -> list[str]:
    """What the automatic rules will tell the clerk, said to the applicant before filing."""
    if content is None:
        return []
    procedure = procedures.get(draft.procedure)
    found = [
        procedure.explain(finding)
        for house in filings.houses_of(draft, content)
        for finding in procedure.findings(procedure.part_for(content, house), house=house, today=day, about=draft.about)
    ]
    return list(dict.fromkeys(found))
