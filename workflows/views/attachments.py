"""Attached scans, through three doors: one's own filing, a paper draft, a case of the house."""

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
from enrolment import access
from enrolment.attachments import services
from enrolment.attachments.access import attachment_of, clean_attachment_of
from enrolment.attachments.inspection.limits import MAX_FILE_BYTES
from enrolment.attachments.inspection.magic import CONTENT_TYPES, SUFFIXES, Media
from enrolment.attachments.models import Attachment, AttachmentBlob
from enrolment.attachments.words import REASONS
from enrolment.errors import Refused
from enrolment.models import Filing
from workflows.views.progress import progress


@dataclass(frozen=True)
class Door:
    """Who may come in to which filing, the frame in which they see it, and the page around the attached files."""

    name: str
    enter: Callable[[User, UUID], "Inside"]
    frame: str
    back: str
    back_label: str | Promise

    def context(self, public_id: UUID) -> dict[str, Any]:
        """What every page behind this door shows."""
        return {"door": self.name, "public_id": public_id, "frame": self.frame}

    def way_out(self, public_id: UUID) -> dict[str, Any]:
        """The way back from the list of files."""
        args = [] if self.name == "filing" else [public_id]
        return {"back": reverse(self.back, args=args), "back_label": self.back_label}

    def way_back(self, public_id: UUID) -> dict[str, Any]:
        """The way back from one file: a case shows its files itself."""
        if self.name == "case":
            return self.way_out(public_id)
        return {"back": reverse(f"workflows:{self.name}_scans", args=[public_id]), "back_label": _("Acte atașate")}


class Inside(NamedTuple):
    """The filing one was let into, and the house on whose behalf; none for its owner."""

    filing: Filing
    house: House | None


def _own(user: User, public_id: UUID) -> Inside:
    return Inside(access.own_filing(user, public_id), None)


def _paper(user: User, public_id: UUID) -> Inside:
    filing = access.paper_filing(user, public_id)
    return Inside(filing, filing.house)


def _case(user: User, public_id: UUID) -> Inside:
    case = access.office_case(user, public_id)
    return Inside(case.filing, case.house)


DOORS = {
    door.name: door
    for door in (
        Door("filing", _own, "public.html", "enrolment:mine", gettext_lazy("Cererile mele")),
        Door("paper", _paper, "work.html", "workflows:paper", gettext_lazy("Cererea pe hârtie")),
        Door("case", _case, "work.html", "workflows:case", gettext_lazy("Dosarul")),
    )
}


def listing(request: SignedInRequest, public_id: UUID, door: str) -> HttpResponse:
    """What is attached, kind by kind, and one file more."""
    filing = DOORS[door].enter(request.user, public_id).filing
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
            return redirect(f"workflows:{door}_scans", public_id=public_id)
    may_add = services.may_add(filing, by=request.user)
    pages = progress(filing, "acte-atasate") if door == "filing" and not filing.is_submitted else []
    context = DOORS[door].context(public_id) | DOORS[door].way_out(public_id)
    context |= {
        "pages": pages,
        "position": len(pages) - 1,
        "shelves": services.shelves(filing),
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
def viewer(request: SignedInRequest, public_id: UUID, attachment_id: UUID, door: str) -> HttpResponse:
    """The page images, one under the other."""
    attachment = clean_attachment_of(DOORS[door].enter(request.user, public_id).filing, attachment_id)
    context = DOORS[door].context(public_id) | DOORS[door].way_back(public_id)
    context |= {"file": attachment, "numbers": range(1, attachment.pages + 1)}
    return render(request, "attachments/view.html", context)


@require_GET
def image(request: SignedInRequest, public_id: UUID, attachment_id: UUID, number: int, door: str) -> HttpResponse:
    """One page image."""
    attachment = clean_attachment_of(DOORS[door].enter(request.user, public_id).filing, attachment_id)
    if number == services.ORIGINAL:
        raise Http404
    try:
        picture = services.opened(attachment, number)
    except AttachmentBlob.DoesNotExist:
        raise Http404 from None
    return _inert(picture, "image/webp", "inline")


@require_GET
def original(request: SignedInRequest, public_id: UUID, attachment_id: UUID, door: str) -> HttpResponse:
    """The file as it was sent, for keeping; never shown by the browser."""
    inside = DOORS[door].enter(request.user, public_id)
    attachment = clean_attachment_of(inside.filing, attachment_id)
    data = services.download(attachment, by=request.user, house=inside.house)
    disposition = content_disposition_header(True, file_name(attachment)) or "attachment"
    return _inert(data, CONTENT_TYPES[Media(attachment.media)], disposition)


@require_POST
def remove(request: SignedInRequest, public_id: UUID, attachment_id: UUID, door: str) -> HttpResponse:
    """Take a file out of a draft."""
    attachment = attachment_of(DOORS[door].enter(request.user, public_id).filing, attachment_id)
    try:
        services.remove(attachment, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("Fișierul a fost scos."))
    return redirect(f"workflows:{door}_scans", public_id=public_id)


@require_POST
def inspect_again(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask again for the inspections of a case that stopped."""
    case = access.office_case(request.user, public_id)
    if not rights.can(request.user, Can.RETRY_WORK, case.house):
        raise PermissionDenied
    for job in services.stopped(case.filing.attachments.all()):
        queue.retry(job, by=request.user)
    messages.success(request, _("Verificarea fișierelor a fost cerută din nou."))
    return redirect("workflows:case", public_id=public_id)


def file_name(attachment: Attachment) -> str:
    """The name it came with, under the suffix of what it is."""
    return PurePath(attachment.name).stem + SUFFIXES[Media(attachment.media)]


def _inert(data: bytes, content_type: str, disposition: str) -> HttpResponse:
    """Bytes that came from outside: typed, never guessed, never run, never kept (security.md S15)."""
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
