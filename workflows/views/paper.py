"""Keying in a request that came on paper: the same form and rules, with the frame of the paper."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Literal
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts import access
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from workflows import procedures
from workflows.access import get_case_or_404, get_paper_filing_or_404
from workflows.context import current_house, grants_of
from workflows.enums import PAPER, CaseState, Channel
from workflows.errors import Invalid
from workflows.forms import binding, display
from workflows.forms.display import Marks
from workflows.forms.schema import Schema
from workflows.forms.spec import DATE_HINT, Box, FormSpec, Group, Page
from workflows.forms.values import Part, PastDay
from workflows.models import Filing
from workflows.procedures import Procedure
from workflows.services import completions, filings, steps
from workflows.services.completions import Received
from workflows.views.filing import about_of

SIGNATURE = Box(
    "signature",
    gettext_lazy("Semnătura reprezentantului legal"),
    "radios",
    choices=(
        ("handwritten", gettext_lazy("olografă")),
        ("electronic", gettext_lazy("electronică")),
        ("none", gettext_lazy("lipsește")),
    ),
    may_lack=False,
)
# What the paper itself says: how it came, when, and whether it is signed.
FRAME = Page(
    "hartie",
    gettext_lazy("Cererea pe hârtie"),
    "",
    (
        Group(
            gettext_lazy("Primirea"),
            (
                Box(
                    "channel",
                    gettext_lazy("Cum a venit"),
                    "select",
                    choices=tuple((channel.value, channel.label) for channel in PAPER),
                    width="third",
                    may_lack=False,
                ),
                Box(
                    "received_on", gettext_lazy("Data primirii"), "date", hint=DATE_HINT, width="third", may_lack=False
                ),
                Box(
                    "ref",
                    gettext_lazy("Referința de pe hârtie"),
                    required=False,
                    hint=gettext_lazy("numărul sau codul scris pe cerere, dacă are"),
                    width="third",
                    may_lack=False,
                ),
                SIGNATURE,
            ),
        ),
    ),
)

# How the answer came; the signature may be what was missing.
ANSWER = Page(
    "raspuns",
    gettext_lazy("Răspunsul"),
    "",
    (
        Group(
            gettext_lazy("Primirea răspunsului"),
            (
                Box(
                    "answer.channel",
                    gettext_lazy("Cum a venit"),
                    "select",
                    choices=(("", gettext_lazy("alegeți")), *((channel.value, channel.label) for channel in PAPER)),
                    width="half",
                    may_lack=False,
                ),
                Box(
                    "answer.received_on",
                    gettext_lazy("Data primirii"),
                    "date",
                    hint=DATE_HINT,
                    width="half",
                    may_lack=False,
                ),
                SIGNATURE,
            ),
        ),
    ),
)


class _Received(Part):
    """The frame of an answer."""

    channel: Literal["counter", "post", "email"]
    received_on: PastDay


RECEIVED = Schema(model=_Received)


def new(request: SignedInRequest) -> HttpResponse:
    """Start keying in; an empty draft of the house opens."""
    house, keyed = _procedures(request)
    if request.method == "POST":
        chosen = request.POST.get("procedure") or keyed[0].code
        procedure = next((found for found in keyed if found.code == chosen), None)
        if procedure is None:
            raise Http404
        frame = {"channel": "counter", "received_on": today().isoformat()}
        draft = filings.start_paper(procedure, house=house, channel=Channel.COUNTER, content=frame, by=request.user)
        return redirect("workflows:paper", public_id=draft.public_id)
    drafts = Filing.objects.filter(house=house, owner=request.user, submitted_at__isnull=True).order_by("-saved_at")
    drafts = drafts.select_related("about__entry")
    return render(request, "workflows/paper_new.html", {"drafts": drafts[:10], "procedures": keyed})


def form_view(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The whole paper form on one page. A wrong number that stands so on the paper is kept "as written"."""
    draft = get_paper_filing_or_404(request.user, public_id)
    if draft.is_submitted:
        return _registered(request, draft)
    procedure = procedures.get(draft.procedure)
    form = procedure.form
    pages = form.pages if draft.channel == Channel.OFFICE else (FRAME, *form.pages)

    def save(content: dict, marks: Marks) -> None:
        keep(content, marks)
        submission = filings.submit(draft, by=request.user, today=today())
        for case in submission.cases:
            told = _("Cererea este înregistrată cu nr. {number} la {house}.")
            messages.success(request, told.format(number=case.entry, house=case.house))

    def keep(content: dict, marks: Marks) -> None:
        filings.save_paper(draft, content=content, as_written=marks.as_written, missing=marks.missing)

    if request.method == "POST" and "go" not in request.POST:
        keep(_typed(form, pages, draft.content, request), Marks.of(request.POST, pages))
        if "attach" in request.POST:
            return redirect("workflows:paper_scans", public_id=public_id)
    return display.edit_form(
        request,
        form,
        template="workflows/paper.html",
        content=draft.content,
        marks=Marks(tuple(draft.as_written), tuple(draft.missing)),
        context={"filing": draft} | about_of(draft),
        save=save,
        done=reverse("workflows:paper", args=[public_id]),
        pages=pages,
        on_paper=True,
    )


def answer(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Key in the answer to a request for completion that came on paper: the same form, with what stands now in it."""
    case = get_case_or_404(request.user, public_id)
    access.demand(request.user, Can.KEY_IN, case.house, case.procedure)
    asked = completions.open_request(case)
    if case.filing.channel not in PAPER or case.state != CaseState.COMPLETION or asked is None:
        return redirect("workflows:case", public_id=public_id)
    procedure = procedures.get(case.procedure)
    pages = (ANSWER, *procedure.form.pages)
    known = asked.draft or {
        "content": case.content | {"answer": {"received_on": today().isoformat()}},
        "as_written": case.current.as_written,
        "missing": case.current.missing,
    }

    def save(content: dict, marks: Marks) -> None:
        keep(content, marks)
        frame = content.pop("answer", None)
        received = RECEIVED.parse(frame, today=today())
        if received.errors:
            raise Invalid([replace(e, field=f"answer.{e.field}") for e in received.errors])
        steps.complete(
            case,
            by=request.user,
            content=content,
            as_written=marks.as_written,
            missing=marks.missing,
            received=Received(received.content["channel"], date.fromisoformat(received.content["received_on"])),
            today=today(),
        )
        messages.success(request, _("Răspunsul este înregistrat; dosarul s-a întors la verificare."))

    def keep(content: dict, marks: Marks) -> None:
        completions.keep_draft(
            asked, {"content": content, "as_written": list(marks.as_written), "missing": list(marks.missing)}
        )

    if request.method == "POST" and "go" not in request.POST:
        keep(_typed(procedure.form, pages, known["content"], request), Marks.of(request.POST, pages))
        if "keep" in request.POST:
            messages.success(request, _("Ciorna răspunsului este păstrată."))
            return redirect("workflows:case", public_id=public_id)
    return display.edit_form(
        request,
        procedure.form,
        template="workflows/paper_answer.html",
        content=known["content"],
        marks=Marks(tuple(known["as_written"]), tuple(known["missing"])),
        context={
            "case": case,
            "asked": asked,
            "reasons": [procedure.reason(code) for code in asked.reasons],
        },
        save=save,
        done=reverse("workflows:case", args=[public_id]),
        pages=pages,
        on_paper=True,
    )


def _typed(form: FormSpec, pages: tuple[Page, ...], content: dict, request: SignedInRequest) -> dict:
    """The content with what all pages posted."""
    for page in pages:
        content = binding.posted(form, content, page, request.POST)
    return content


def _procedures(request: SignedInRequest) -> tuple[House, list[Procedure]]:
    """The house one works in, and what one may key in there. 404 for everybody else."""
    grants = grants_of(request)
    house = current_house(request, grants)
    codes = grants.procedures_with(Can.KEY_IN, house) if house else []
    keyed = [procedure for procedure in procedures.every() if _starts_here(procedure, codes)]
    if house is None or not keyed:
        raise Http404
    return house, keyed


def _starts_here(procedure: Procedure, codes: Collection[str]) -> bool:
    """What follows an earlier case starts on that case's page."""
    return procedure.code in codes and procedure.takes_paper and not procedure.follows


def _registered(request: SignedInRequest, filing: Filing) -> HttpResponse:
    """Open the case, if it is one of this house: a redirected request is another house's, and not seen from here."""
    case = filing.cases.filter(house=filing.house).first()
    if case is None:
        messages.info(request, _("Cererea a fost îndreptată către casa competentă, care o rezolvă."))
        return redirect("workflows:paper_new")
    return redirect("workflows:case", public_id=case.public_id)
