"""Keying in a request that came on paper: the same form and rules, with the frame of the paper."""

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from workflows import procedures
from workflows.access import get_paper_filing_or_404
from workflows.context import current_house, grants_of
from workflows.enums import PAPER, Channel
from workflows.forms import binding, display
from workflows.forms.spec import DATE_HINT, Box, Group, Page
from workflows.models import Filing
from workflows.procedures import Procedure
from workflows.services import filings
from workflows.views.filing import about_of

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
                ),
                Box("received_on", gettext_lazy("Data primirii"), "date", hint=DATE_HINT, width="third"),
                Box(
                    "ref",
                    gettext_lazy("Referința de pe hârtie"),
                    required=False,
                    hint=gettext_lazy("numărul sau codul scris pe cerere, dacă are"),
                    width="third",
                ),
                Box(
                    "signature",
                    gettext_lazy("Semnătura reprezentantului legal"),
                    "radios",
                    choices=(
                        ("handwritten", gettext_lazy("olografă")),
                        ("electronic", gettext_lazy("electronică")),
                        ("none", gettext_lazy("lipsește")),
                    ),
                ),
            ),
        ),
    ),
)


def new(request: SignedInRequest) -> HttpResponse:
    """Start keying in; an empty draft of the house opens."""
    house, keyed = _procedures(request)
    if request.method == "POST":
        chosen = request.POST.get("procedure") or keyed[0].code
        procedure = next((found for found in keyed if found.code == chosen), None)
        if procedure is None:
            raise Http404
        frame = {"channel": "counter", "received_on": today().isoformat(), "signature": "handwritten"}
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

    def save(content: dict, as_written: list[str]) -> None:
        filings.save_paper(draft, content=content, as_written=as_written)
        submission = filings.submit(draft, by=request.user, today=today())
        for case in submission.cases:
            told = _("Cererea este înregistrată cu nr. {number} la {house}.")
            messages.success(request, told.format(number=case.entry, house=case.house))

    if request.method == "POST" and "go" not in request.POST:
        content = draft.content
        for page in pages:
            content = binding.posted(form, content, page, request.POST)
        filings.save_paper(draft, content=content, as_written=request.POST.getlist("as_written"))
        if "attach" in request.POST:
            return redirect("workflows:paper_scans", public_id=public_id)
    return display.edit_form(
        request,
        form,
        template="workflows/paper.html",
        content=draft.content,
        as_written=draft.as_written,
        context={"filing": draft} | about_of(draft),
        save=save,
        done=reverse("workflows:paper", args=[public_id]),
        pages=pages,
    )


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
