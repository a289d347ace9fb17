"""Documents of a house: frozen when signed, numbered, sealed once, checked by anyone."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from backoffice.audit import log
from backoffice.crypto import encryption
from notifications import pdf, seal
from notifications.models import Document


def new_code() -> str:
    """128 random bits as 26 letters and digits: the address of a document cannot be guessed."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


class TextChanged(Exception):
    """Today's template says other words than were signed: nothing may be issued with it."""


def freeze(*, about: UUID, house: Any, context: dict, fingerprints: Mapping[str, str], occasion: int = 1) -> None:
    """The rows of documents before there is a PDF: each kind with the fingerprint of its words, all with one context.

    Asked again, it is the same row of its occasion.
    """
    Document.objects.bulk_create(
        [
            Document(
                about=about,
                kind=kind,
                occasion=occasion,
                code=new_code(),
                house=house,
                context=context,
                text_sha256=sha256,
            )
            for kind, sha256 in fingerprints.items()
        ],
        ignore_conflicts=True,
    )


def write(*, about: UUID, kind: str, house: Any, context: dict) -> Document:
    """The row of a letter, frozen as it will be read; a further one of the same kind is a further occasion."""
    before = Document.objects.filter(about=about, kind=kind).aggregate(last=Max("occasion"))["last"] or 0
    _html, sha256 = pdf.frozen_text(kind, context)
    return Document.objects.create(
        about=about,
        kind=kind,
        occasion=before + 1,
        code=new_code(),
        house=house,
        context=context,
        text_sha256=sha256,
    )


def number(found: Sequence[Document], take: Callable[[], str], day: date) -> None:
    """Give a document and its annexes, in this order, one exit number; a retry of the work finds the same number."""
    rows = Document.objects.select_for_update().order_by("pk").only("number", "day")
    known = rows.in_bulk([document.pk for document in found])
    first, bare = known[found[0].pk], [document for document in found if not known[document.pk].number]
    given = (first.number, first.day) if first.number else (take(), day)
    if bare:
        Document.objects.filter(pk__in=[document.pk for document in bare]).update(number=given[0], day=given[1])
    for document in found:
        held = known[document.pk]
        document.number, document.day = (held.number, held.day) if held.number else given
    for document in bare:
        log.record("document.numbered", on=document, by=None, house=document.house, number=document.number)


def verification_url(document: Document) -> str:
    """The address behind the QR, absolute: paper has no relative links."""
    return settings.BASE_URL + reverse("notifications:verify", args=[document.code])


def render_and_seal(document: Document, extra: dict) -> bytes:
    """The PDF of a numbered document, sealed by its house. Pure but for the clock inside the seal; may repeat.

    Raises `TextChanged` when the template no longer says what was signed, `RenderFailed`, `SealUnavailable`,
    `SealRefused`.
    """
    if pdf.frozen_text(document.kind, document.context)[1] != document.text_sha256:
        raise TextChanged
    with seal.seal_of(document.house.code) as house_seal:
        context = (
            document.context
            | extra
            | {
                "number": document.number,
                "date": document.day,
                "text_sha256": document.text_sha256,
                "verify_url": verification_url(document),
                "seal": house_seal.name,
            }
        )
        rendered = pdf.render(document.kind, context, code=document.code)
        return house_seal.put_on(rendered, reason=str(document.kind_label))


def store(document: Document, sealed: bytes) -> None:
    """Keep the sealed bytes; a second sealing is refused by the row itself."""
    sha256 = hashlib.sha256(sealed).hexdigest()
    stored = Document.objects.filter(pk=document.pk, sealed_at__isnull=True).update(
        **encryption.encrypted(document, pdf=sealed), pdf_sha256=sha256, sealed_at=Now()
    )
    if not stored:
        raise RuntimeError("document was sealed already")
    log.record("document.sealed", on=document, by=None, house=document.house, sha256=sha256)


def supersede(*, about: UUID, kinds: Iterable[str], occasion: int, by: Document) -> None:
    """What was issued on this occasion no longer holds: the public page says so and names the document that says it."""
    former = Document.objects.filter(about=about, kind__in=kinds, occasion=occasion, superseded_by__isnull=True)
    for document in former.exclude(pk=by.pk).only("pk", "house"):
        Document.objects.filter(pk=document.pk).update(superseded_by=by)
        log.record("document.superseded", on=document, by=None, house=document.house)


def of_case(about: UUID) -> QuerySet[Document]:
    """The issued documents of a case for a list, each with the one that replaced it; without text and bytes."""
    found = Document.objects.filter(about=about, sealed_at__isnull=False).select_related("superseded_by")
    return found.defer("pdf", "context", "superseded_by__pdf", "superseded_by__context")


def supersede_kind(*, kind: str, about: Collection[UUID], by: Document) -> None:
    """Documents of one kind no longer hold, whatever went with them: a newer one stands in their place."""
    former = Document.objects.filter(kind=kind, about__in=about, superseded_by__isnull=True)
    for document in former.exclude(pk=by.pk).only("pk", "house"):
        Document.objects.filter(pk=document.pk).update(superseded_by=by)
        log.record("document.superseded", on=document, by=None, house=document.house)


def mark_read(document: Document, *, by: Any) -> bool:
    """Note the first reading by the addressee; False when it was read before."""
    with transaction.atomic():
        first = bool(Document.objects.filter(pk=document.pk, read_at__isnull=True).update(read_at=Now()))
        if first:
            log.record("document.read", on=document, by=by, house=document.house)
    return first


class Verdict(StrEnum):
    """What the public page answers."""

    GENUINE = "genuine"
    ALTERED = "altered"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"
    KNOWN = "known"


def judge(code: str, file: bytes | None) -> tuple[Verdict, Document | None]:
    """Is this document ours? Without a file the page shows what we hold, to be compared with the paper.

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
    """A sealed document of any house, for anybody who holds its code or its bytes; without the bytes themselves."""
    found = Document.objects.raw("select * from act_known(%s, %s, %s)", [code, sha256, pk])
    return next(iter(found), None)
