"""Keying in a request that came on paper: the same form and rules, with the frame of the paper."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from enrolment import access, form
from enrolment.enums import PAPER, Channel
from enrolment.models import Filing
from enrolment.services import filings
from workflows import filing as filing_service
from workflows.context import current_house, grants_of
from workflows.views import boxes


def frame() -> form.Step:
    """What the paper itself says: how it came, when, and whether it is signed."""
    return form.Step(
        "hartie",
        gettext_lazy("Cererea pe hârtie"),
        "",
        (
            form.Group(
                gettext_lazy("Primirea"),
                (
                    form.Box(
                        "channel",
                        gettext_lazy("Cum a venit"),
                        "select",
                        choices=tuple((c.value, c.label) for c in PAPER),
                        width="third",
                    ),
                    form.Box("received_on", gettext_lazy("Data primirii"), "date", hint=form.DATE_HINT, width="third"),
                    form.Box(
                        "ref",
                        gettext_lazy("Referința de pe hârtie"),
                        required=False,
                        hint=gettext_lazy("numărul sau codul scris pe cerere, dacă are"),
                        width="third",
                    ),
                    form.Box(
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
    grants = grants_of(request)
    house = current_house(request, grants)
    if house is None or Can.KEY_IN not in grants.rights_in(house):
        raise Http404
    drafts = house.filing_set.filter(owner=request.user, submitted_at__isnull=True).order_by("-saved_at")
    if request.method == "POST":
        draft = filings.start_paper(house=house, channel=Channel.COUNTER, by=request.user)
        filings.save_draft(
            draft, content={"channel": "counter", "received_on": today().isoformat(), "signature": "handwritten"}
        )
        return redirect("workflows:paper", public_id=draft.public_id)
    return render(request, "workflows/paper_new.html", {"drafts": drafts[:10]})


def form_view(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The whole paper form on one page. A wrong number that stands so on the paper is kept "as written" (R11)."""
    draft = access.paper_filing(request.user, public_id)
    if draft.is_submitted:
        return _registered(request, draft)

    def save(content: dict, as_written: list[str]) -> None:
        filings.save_paper(draft, content=content, as_written=as_written)
        submission = filing_service.submit(draft, by=request.user, today=today())
        for case in submission.cases:
            told = _("Cererea este înregistrată cu nr. {number} la {house}.")
            messages.success(request, told.format(number=case.entry, house=case.house))

    if request.method == "POST" and "go" not in request.POST:
        content = draft.content
        for page in (frame(), *form.steps()):
            content = boxes.posted(request, content, page)
        filings.save_paper(draft, content=content, as_written=request.POST.getlist("as_written"))
        if "attach" in request.POST:
            return redirect("workflows:paper_scans", public_id=public_id)
    return boxes.whole_form(
        request,
        template="workflows/paper.html",
        content=draft.content,
        as_written=draft.as_written,
        context={"filing": draft},
        save=save,
        done=reverse("workflows:paper", args=[public_id]),
        pages=(frame(), *form.steps()),
    )


def _registered(request: SignedInRequest, filing: Filing) -> HttpResponse:
    """Open the case, if it is one of this house: a redirected request is another house's, and not seen from here."""
    case = filing.cases.filter(house=filing.house).first()
    if case is None:
        messages.info(request, _("Cererea a fost îndreptată către casa competentă, care o rezolvă."))
        return redirect("workflows:paper_new")
    return redirect("workflows:case", public_id=case.public_id)
