"""Letters of a house to applicants without an account: a row first, then numbered, sealed, and mailed or posted.

The text is frozen when the letter is written; a durable job of its own kind numbers, renders and seals it. Whoever gave
an address gets it by mail; the letters of all others wait in the list of what is to be communicated. None of them links
to a page that asks for an account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House
from backoffice.audit import log
from backoffice.jobs import queue
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, Permanent, register, register_subjects
from backoffice.romania.calendar import today
from notifications import kinds
from notifications.kinds import DocumentKind
from notifications.models import Document
from notifications.services import documents, messages
from workflows import procedures
from workflows.enums import EntryKind
from workflows.forms.display import field_label
from workflows.models import Case, CompletionRequest, Delivery, Filing, RegistryEntry
from workflows.services import registry, rendering
from workflows.services.subjects import subject_of
from workflows.services.texts import house_words

KIND = "workflows.letter"
REGISTERED = DocumentKind("workflows.registered", _("Comunicarea numărului de înregistrare"))
COMPLETION = DocumentKind("workflows.completion", _("Solicitare de completări"))
REDIRECTED = DocumentKind("workflows.redirected", _("Înștiințare despre îndreptarea cererii"))
NOTICE = DocumentKind("workflows.notice", _("Înștiințare"))
for _kind in (REGISTERED, COMPLETION, REDIRECTED, NOTICE):
    kinds.register(_kind)


@dataclass(frozen=True)
class Addressee:
    """To whom a letter goes, as far as the paper says it: name, postal address in a line, e-mail address."""

    name: str
    address: str = ""
    email: str = ""


def addressee_of(case: Case) -> Addressee:
    """Who asked, as the request names them now."""
    subject = subject_of(case)
    return Addressee(subject.name, subject.address, subject.email)


def write(case: Case, kind: DocumentKind, *, words: Mapping[str, Any], to: Addressee | None = None) -> Delivery:
    """A letter of the house about its case, to whoever asked or to somebody else. `words` are JSON values."""
    return _write(
        kind,
        filing=case.filing,
        case=case,
        house=case.house,
        entry=case.entry,
        to=to or addressee_of(case),
        words=words,
    )


def registered(case: Case) -> Delivery:
    """Tell the number and the term of a request that came on paper, and what it lacks."""
    first = case.entry.redirected_from
    words = {
        "filed_on": case.filed_on.isoformat(),
        "due_on": case.due_on.isoformat(),
        "missing": _labels(case, case.current.missing),
        "came_from": {"house": first.house.name, "number": str(first)} if first else None,
    }
    return write(case, REGISTERED, words=words)


def completion(asked: CompletionRequest) -> Delivery:
    """Say what is to be completed, in the clerk's words, until when, and how one answers."""
    case = asked.case
    with translation.override("ro"):
        reasons = [procedures.get(case.procedure).reason(code) for code in asked.reasons]
        told = [{"label": str(reason.label), "fix": str(reason.fix)} for reason in reasons]
    words = {
        "reasons": told,
        "text": asked.text or "",
        "answer_until_on": asked.due_on.isoformat(),
        "missing": _labels(case, case.current.missing),
    }
    return write(case, COMPLETION, words=words)


def notice(case: Case, template: str, context: Mapping[str, Any], *, to: Addressee | None = None) -> Delivery:
    """What would be told by mail, as a letter: the words of the mail's template, for who gave no address."""
    with translation.override("ro"):
        told = {**context, "house": case.house, "base_url": settings.BASE_URL, "letter": True}
        body = render_to_string(f"email/{template}.body.txt", told)
        subject = render_to_string(f"email/{template}.subject.txt", told)
    paragraphs = [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]
    words = {"subject_line": " ".join(subject.split()), "paragraphs": paragraphs}
    return write(case, NOTICE, words=words, to=to)


def redirected(filing: Filing, entry: RegistryEntry, cases: Sequence[Case]) -> Delivery:
    """The house that forwarded a request says where it went and under which numbers (OG 27/2002 art. 6^1)."""
    if filing.house is None:
        raise ValueError("only a paper request came to a house")
    to = addressee_of(cases[0])
    words = {
        "came_on": entry.day.isoformat(),
        "cases": [{"house": case.house.name, "seat": case.house.seat, "number": str(case.entry)} for case in cases],
    }
    return _write(REDIRECTED, filing=filing, case=None, house=filing.house, entry=entry, to=to, words=words)


@transaction.atomic
def _write(
    kind: DocumentKind,
    *,
    filing: Filing,
    case: Case | None,
    house: House,
    entry: RegistryEntry,
    to: Addressee,
    words: Mapping[str, Any],
) -> Delivery:
    with translation.override("ro"):  # letters are in Romanian whatever language the clerk's screen speaks
        context = {
            "house": house_words(house),
            "to": {"name": to.name, "address": to.address},
            "entry_number": str(entry),
            "procedure": str(procedures.get(filing.procedure).title),
            "demo": not settings.PRODUCTION,
            **words,
        }
        about = case.public_id if case else filing.public_id
        document = documents.write(about=about, kind=kind.code, house=house, context=context)
    delivery = Delivery.objects.create(
        document=document,
        house=house,
        procedure=filing.procedure,
        filing=filing,
        case=case,
        entry=entry,
        subject_name=to.name,
        email=to.email,
    )
    log.record("letter.written", on=document, by=None, house=house, kind=kind.code)
    queue.enqueue(KIND, object_id=document.pk, house=house.pk)
    return delivery


def prepare(job: Job) -> Document:
    """The letter with its exit number, tied to the entry that it answers; asked again, the number stays."""
    delivery = Delivery.objects.select_related("document__house", "entry").filter(document=job.object_id).first()
    if delivery is None:
        raise Permanent("letter_unknown")
    document, day = delivery.document, today()
    documents.number(
        [document],
        take=lambda: str(registry.take(document.house, kind=EntryKind.EXIT, day=day, answers=delivery.entry)),
        day=day,
    )
    return document


def work(document: Document) -> tuple[Document, bytes]:
    """Render and seal; may repeat."""
    return document, rendering.sealed(document, {})


def settle(job: Job, made: tuple[Document, bytes]) -> None:
    """Keep the sealed letter, and send it or put it in the list of what is to be posted or handed over."""
    document, sealed = made
    delivery = Delivery.objects.select_related("document__house").get(document=job.object_id)
    documents.store(document, sealed)
    if delivery.email:
        _mail(delivery)
    else:
        Delivery.objects.filter(pk=delivery.pk).update(since=document.day)


def _mail(delivery: Delivery) -> None:
    document = delivery.document
    messages.send(
        "letter",
        about=document.about,
        house=document.house,
        address=delivery.email or "",
        context={"entry": str(delivery.entry), "title": str(document.kind_label)},
        documents=[document],
        dedupe_key=f"letter:{document.public_id}",
    )


def _labels(case: Case, paths: Iterable[str]) -> list[str]:
    """What these paths are called on the form."""
    with translation.override("ro"):
        return [field_label(procedures.get(case.procedure).form, path) for path in paths]


def _cases(ids: Iterable[int]) -> dict[int, Case]:
    found = Delivery.objects.filter(document__in=ids, case__isnull=False).select_related("case__entry")
    return {delivery.document_id: delivery.case for delivery in found if delivery.case}


register(
    Handler(
        kind=KIND,
        label=_("Scrisoare către solicitant"),
        queue="issue",
        prepare=prepare,
        work=work,
        settle=settle,
    )
)
register_subjects(KIND, _cases)
