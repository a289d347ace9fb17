"""Attached scans, in three contexts: one's own filing, a paper draft, a case of the house."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from backoffice.accounts import access as rights
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.jobs import queue
from workflows.access import get_case_or_404, get_own_filing_or_404, get_paper_filing_or_404
from workflows.attachments import services
from workflows.attachments.access import attachment_of, clean_attachment_of
from workflows.attachments.inspection.limits import MAX_FILE_BYTES
from workflows.attachments.inspection.magic import CONTENT_TYPES, SUFFIXES, Media
from workflows.attachments.models import Attachment, AttachmentBlob
from workflows.attachments.refusals import REASONS
from workflows.errors import Refused
from workflows.forms.progress import progress
from workflows.models import Filing


@dataclass(frozen=True)
class UploadContext:
    """Who may see which filing, the frame in which they see it, and the page around the attached files."""

    name: str
    enter: Callable[[User, UUID], "Entered"]
    frame: str
    back: str
    back_label: str | Promise

    def context(self, public_id: UUID) -> dict[str, Any]:
        """What every page of this context shows."""
        return {"place": self.name, "public_id": public_id, "frame": self.frame}

    def back_from_list(self, public_id: UUID) -> dict[str, Any]:
        """Where one comes from."""
        args = [] if self.name == "filing" else [public_id]
        return {"back": reverse(self.back, args=args), "back_label": self.back_label}

    def back_from_file(self, public_id: UUID) -> dict[str, Any]:
        """Where one comes from; a case shows its files itself."""
        if self.name == "case":
            return self.back_from_list(public_id)
        return {"back": reverse(f"workflows:{self.name}_scans", args=[public_id]), "back_label": _("Acte atașate")}


class Entered(NamedTuple):
    """The filing, and the house on whose behalf one sees it; none for its owner."""

    filing: Filing
    house: House | None


def _own(user: User, public_id: UUID) -> Entered:
    return Entered(get_own_filing_or_404(user, public_id), None)


def _paper(user: User, public_id: UUID) -> Entered:
    filing = get_paper_filing_or_404(user, public_id)
    return Entered(filing, filing.house)


def _case(user: User, public_id: UUID) -> Entered:
    case = get_case_or_404(user, public_id)
    return Entered(case.filing, case.house)


CONTEXTS = {
    found.name: found
    for found in (
        UploadContext("filing", _own, "public.html", "workflows:mine", gettext_lazy("Cererile mele")),
        UploadContext("paper", _paper, "work.html", "workflows:paper", gettext_lazy("Cererea pe hârtie")),
        UploadContext("case", _case, "work.html", "workflows:case", gettext_lazy("Dosarul")),
    )
}


def listing(request: SignedInRequest, public_id: UUID, place: str) -> HttpResponse:
    """What is attached, kind by kind, and one file more."""
    filing = CONTEXTS[place].enter(request.user, public_id).filing
    problem, kind = "", request.POST.get("kind", "")
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            services.add(
                filing, by=request.user, kind=kind, name=(file and file.name) or "", data=file.read() if file else b""
            )
        except Refused as refusal:
            problem = str(refusal.sentence) if file else _("Alegeți întâi fișierul.")
        else:
            return redirect(f"workflows:{place}_scans", public_id=public_id)
    may_add = services.may_add(filing, by=request.user)
    pages = progress(filing, "acte-atasate") if place == "filing" and not filing.is_submitted else []
    context = CONTEXTS[place].context(public_id) | CONTEXTS[place].back_from_list(public_id)
    context |= {
        "pages": pages,
        "position": len(pages) - 1,
        "groups": services.groups(filing),
        "may_add": may_add,
        "removable": may_add and not filing.is_submitted,
        "problem": problem,
        "wrong_kind": kind if problem else "",
        "too_big": REASONS["too_big"],
        "most_bytes": MAX_FILE_BYTES,
        "accept": ",".join(CONTENT_TYPES.values()),
    }
    return render(request, "attachments/list.html", context, status=422 if problem else 200)


@require_GET
def viewer(request: SignedInRequest, public_id: UUID, attachment_id: UUID, place: str) -> HttpResponse:
    """The page images, one under the other."""
    attachment = clean_attachment_of(CONTEXTS[place].enter(request.user, public_id).filing, attachment_id)
    context = CONTEXTS[place].context(public_id) | CONTEXTS[place].back_from_file(public_id)
    context |= {"file": attachment, "numbers": range(1, attachment.pages + 1)}
    return render(request, "attachments/view.html", context)


@require_GET
def image(request: SignedInRequest, public_id: UUID, attachment_id: UUID, number: int, place: str) -> HttpResponse:
    """One page image."""
    attachment = clean_attachment_of(CONTEXTS[place].enter(request.user, public_id).filing, attachment_id)
    if number == services.ORIGINAL:
        raise Http404
    try:
        picture = services.opened(attachment, number)
    except AttachmentBlob.DoesNotExist:
        raise Http404 from None
    return _inert(picture, "image/webp", "inline")


@require_GET
def original(request: SignedInRequest, public_id: UUID, attachment_id: UUID, place: str) -> HttpResponse:
    """The file as it was sent, for keeping; never shown by the browser."""
    entered = CONTEXTS[place].enter(request.user, public_id)
    attachment = clean_attachment_of(entered.filing, attachment_id)
    data = services.download(attachment, by=request.user, house=entered.house)
    disposition = content_disposition_header(True, file_name(attachment)) or "attachment"
    return _inert(data, CONTENT_TYPES[Media(attachment.media)], disposition)


@require_POST
def remove(request: SignedInRequest, public_id: UUID, attachment_id: UUID, place: str) -> HttpResponse:
    """Take a file out of a draft."""
    attachment = attachment_of(CONTEXTS[place].enter(request.user, public_id).filing, attachment_id)
    try:
        services.remove(attachment, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Fișierul a fost scos."))
    return redirect(f"workflows:{place}_scans", public_id=public_id)


@require_POST
def inspect_again(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask again for the inspections of a case that failed."""
    case = get_case_or_404(request.user, public_id)
    if not rights.can(request.user, Can.RETRY_WORK, case.house):
        raise PermissionDenied
    for job in services.failed(case.filing.attachments.all()):
        queue.retry(job, by=request.user)
    messages.success(request, _("Verificarea fișierelor a fost cerută din nou."))
    return redirect("workflows:case", public_id=public_id)


def file_name(attachment: Attachment) -> str:
    """The name it came with, under the suffix of what it is."""
    return PurePath(attachment.name).stem + SUFFIXES[Media(attachment.media)]


def _inert(data: bytes, content_type: str, disposition: str) -> HttpResponse:
    """Bytes that came from outside: typed, never guessed, never run, never kept."""
    return HttpResponse(
        data,
        content_type=content_type,
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
