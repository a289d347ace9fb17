"""The public page of the log: who can check what, and how (docs/evidence.md)."""

import hashlib
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from backoffice.audit import checkpoints, verify_log
from backoffice.crypto import keys


@require_GET
@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint, to be compared with a copy kept elsewhere, and the way to check a proof."""
    last = checkpoints.latest()
    return render(
        request,
        "audit/page.html",
        {
            "last": checkpoints.body_of(last) if last else None,
            "fingerprint": hashlib.sha256(last.body.encode()).hexdigest() if last else "",
            "at": checkpoints.signed_at(last) if last else None,
            "key_id": _key_id(),
        },
    )


@require_GET
@login_not_required
def verifier(request: HttpRequest) -> HttpResponse:
    """The verifier, as this installation has it; any other copy of it will do as well."""
    return _download(Path(verify_log.__file__).read_bytes(), "verify_log.py", "text/x-python; charset=utf-8")


@require_GET
@login_not_required
def public_key(request: HttpRequest) -> HttpResponse:
    """The public key of the checkpoints."""
    try:
        return _download(checkpoints.public_key_pem().encode(), "cheie-publica.pem", "application/x-pem-file")
    except keys.KeyMissing:
        raise Http404 from None


def _key_id() -> str:
    """Empty while the installation has not published its key."""
    try:
        return checkpoints.public_key_id()
    except keys.KeyMissing:
        return ""


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
