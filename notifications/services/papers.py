"""Informational PDFs that houses publish: made by a worker when their words change, stored, served by the web.

The web process never renders: a page that has words of its own links to the PDF only while it says the same.
"""

import base64
import hashlib
import json
from typing import Any

from django.db.models.functions import Now

from backoffice.audit import log
from notifications import pdf
from notifications.models import PublicPaper


def fingerprint(words: dict[str, Any]) -> str:
    """SHA-256 over the one canonical JSON of the words."""
    canonical = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def render(kind: str, words: dict[str, Any], *, url: str) -> bytes:
    """The PDF of `templates/pdf/<kind>.html`, with a QR of the page that always has the newest words.

    Raises `pdf.RenderFailed`.
    """
    code = base64.b32encode(bytes.fromhex(fingerprint(words))[:16]).decode().rstrip("=")
    return pdf.render(kind, words | {"verify_url": url}, code=code)


def publish(*, house: Any, kind: str, words: dict[str, Any], file: bytes) -> None:
    """Put the PDF of these words in the place of the one before."""
    sha256 = fingerprint(words)
    kept, _made = PublicPaper.objects.update_or_create(
        house=house, kind=kind, defaults={"words_sha256": sha256, "pdf": file, "made_at": Now()}
    )
    log.record("paper.published", on=kept, by=None, house=house, kind=kind, sha256=sha256)


def current(*, house: Any, kind: str, words: dict[str, Any]) -> PublicPaper | None:
    """The PDF of a house that says exactly these words; None while there is none yet."""
    return PublicPaper.objects.filter(house=house, kind=kind, words_sha256=fingerprint(words)).first()
