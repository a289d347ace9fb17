"""The public page behind the QR of every act: genuine, altered, superseded or unknown."""

import re
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from backoffice.http.throttle import limited
from notifications.models import Document
from notifications.services.documents import Verdict, judge

MAX_BYTES = 10 * 1024 * 1024


def get_sealed_document_or_404(about: UUID, public_id: UUID) -> Document:
    """An issued document of the case that one may already see, else 404."""
    found = Document.objects.filter(public_id=public_id, about=about, sealed_at__isnull=False).first()
    if found is None:
        raise Http404
    return found


def pdf_response(act: Document) -> HttpResponse:
    """The sealed bytes, shown in the browser under a name that says what they are."""
    response = HttpResponse(bytes(act.pdf or b""), content_type="application/pdf")
    name = f"{act.kind.rpartition('.')[2]}-{act.number.replace('/', '-')}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@login_not_required
@limited("verify", amount=60, seconds=60, per="ip", when=lambda request: True)
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Check a document by its code, and its file by its bytes. The file is hashed in memory and never kept."""
    code = (code or request.GET.get("cod", "")).strip().upper()
    file, problem = None, ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            problem = _("Alegeți fișierul PDF pe care vreți să îl verificați.")
        elif (upload.size or 0) > MAX_BYTES:
            problem = _(
                "Fișierul are peste 10 MB; actele noastre sunt mult mai mici. Alegeți fișierul primit de la casă."
            )
        else:
            file = upload.read()
    if code and not re.fullmatch(r"[A-Z2-7]{26}", code):
        typed, code = True, ""
    else:
        typed = False
    verdict, document = judge(code, file) if (code or typed or file is not None) else (None, None)
    return render(
        request,
        "notifications/verify.html",
        {
            "code": code,
            "verdict": verdict,
            "document": document,
            "problem": problem,
        },
        status=422 if problem else 404 if verdict == Verdict.UNKNOWN else 200,
    )
