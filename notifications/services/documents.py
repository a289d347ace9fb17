"""Acts: frozen when signed, numbered, sealed once, checked by anyone (architecture.md 4.5, 7 "signing")."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from backoffice.audit import log
from backoffice.crypto import encryption
from notifications import pdf, seal
from notifications.models import Document


def new_code() -> str:
    """128 random bits as 26 letters and digits: the address of an act cannot be guessed."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


def freeze(*, about: UUID, kind: str, house: Any, context: dict, text_sha256: str) -> Document:
    """The row of an act, before there is a PDF. Asked again for the same case and kind, it is the same row."""
    document, _ = Document.objects.get_or_create(
        about=about,
        kind=kind,
        defaults={"code": new_code(), "house": house, "context": context, "text_sha256": text_sha256},
    )
    return document


def number(document: Document, take: Callable[[], str], day: date) -> Document:
    """Give the act its exit number, in a transaction of its own: a retry of the work finds the same number."""
    with transaction.atomic():
        locked = Document.objects.select_for_update().get(pk=document.pk)
        if not locked.number:
            locked.number, locked.day = take(), day
            locked.save(update_fields=["number", "day"])
            log.record("document.numbered", on=locked, by=None, house=locked.house, number=locked.number)
    return locked


def verification_url(document: Document) -> str:
    """The address behind the QR, absolute: paper has no relative links."""
    return settings.BASE_URL + reverse("notifications:verify", args=[document.code])


def render_and_seal(document: Document, extra: dict) -> bytes:
    """The PDF of a numbered act, sealed by its house. Pure but for the clock inside the seal; may repeat."""
    context = (
        document.context
        | extra
        | {
            "number": document.number,
            "date": document.day,
            "text_sha256": document.text_sha256,
            "verify_url": verification_url(document),
        }
    )
    rendered = pdf.render(document.kind, context, code=document.code)
    return seal.seal(rendered, house_code=document.house.code, reason=str(document.kind_label))


def store(document: Document, sealed: bytes) -> Document:
    """Keep the sealed bytes; a second sealing is refused by the row itself."""
    stored = Document.objects.filter(pk=document.pk, sealed_at__isnull=True).update(
        **encryption.encrypted(document, pdf=sealed), pdf_sha256=hashlib.sha256(sealed).hexdigest(), sealed_at=Now()
    )
    if not stored:
        raise RuntimeError("document was sealed already")
    document.refresh_from_db()
    log.record("document.sealed", on=document, by=None, house=document.house, sha256=document.pdf_sha256)
    return document


def mark_read(document: Document, *, by: Any) -> None:
    """The first reading by the addressee: proof of communication (architecture.md 7)."""
    with transaction.atomic():
        if Document.objects.filter(pk=document.pk, read_at__isnull=True).update(read_at=Now()):
            log.record("document.read", on=document, by=by, house=document.house)


class Verdict(StrEnum):
    """What the public page answers."""

    GENUINE = "genuine"
    ALTERED = "altered"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    KNOWN = "known"


def judge(code: str, file: bytes | None) -> tuple[Verdict, Document | None]:
    """Is this act ours? Without a file the page shows what we hold, to be compared with the paper.

    A file decides by its fingerprint; one that carries our code but other bytes was altered.
    """
    document = _known(code=code) if code else None
    if file is not None:
        exact = _known(sha256=hashlib.sha256(file).hexdigest())
        if exact is None:
            document = document or next(filter(None, (_known(code=c) for c in pdf.codes_in(file)[:4])), None)
            return (Verdict.ALTERED if document else Verdict.UNKNOWN), document
        document = exact
    if document is None:
        return Verdict.UNKNOWN, None
    if document.superseded_by_id:
        document.superseded_by = _known(pk=document.superseded_by_id)
        return Verdict.SUPERSEDED, document
    return (Verdict.GENUINE if file is not None else Verdict.KNOWN), document


def _known(*, code: str = "", sha256: str = "", pk: int | None = None) -> Document | None:
    """A sealed act of any house, for anybody who holds its code or its bytes; without the bytes themselves."""
    found = Document.objects.raw("select * from act_known(%s, %s, %s)", [code, sha256, pk])
    return next(iter(found), None)
