"""Issuing: what the worker does for a signed case. Every procedure has a kind of work of its own, `<code>.issue`."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.jobs.faults import fault
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, Permanent, register_subjects
from backoffice.jobs.registry import register as register_handler
from backoffice.romania.calendar import today
from notifications import kinds
from notifications.models import Document
from notifications.services import documents
from workflows import procedures
from workflows.enums import CaseState, EntryKind, Outcome
from workflows.errors import Stale
from workflows.models import Case, Decision
from workflows.models.decision import LAST
from workflows.procedures import Made, Procedure
from workflows.services import communication, decisions, registry, rendering, reviews
from workflows.services.states import move
from workflows.services.steps import finish_job
from workflows.services.texts import signature_of

logger = logging.getLogger(__name__)
FINAL = {Outcome.APPROVE: CaseState.APPROVED, Outcome.REJECT: CaseState.REJECTED}


@dataclass(frozen=True)
class Prepared:
    """A signed case ready to be rendered: its numbered documents, what completes their text, and what was decided.

    `makes`: does the procedure make anything with them?
    """

    documents: list[Document]
    signature: dict[str, Any]
    outcome: Outcome
    makes: bool = True


@dataclass(frozen=True)
class Issued:
    """What one attempt made: the sealed bytes of each document, and what the procedure made with them."""

    sealed: list[tuple[Document, bytes]]
    made: Made
    outcome: Outcome


def kind_of(procedure: str) -> str:
    """The kind of work that issues the decisions of a procedure."""
    return f"{procedure}.issue"


def register(procedure: Procedure) -> None:
    """Make the issuing of a procedure known to the workers."""
    register_handler(
        Handler(
            kind=kind_of(procedure.code),
            label=_("Emiterea deciziei"),
            queue="issue",
            prepare=prepare,
            work=partial(work, procedure),
            settle=settle,
        )
    )
    register_subjects(kind_of(procedure.code), _cases)


def prepare(job: Job) -> Prepared:
    """Number the documents of a signed case, committed before anything is rendered. Asked again, the number stays."""
    signed = (
        Decision.objects.select_related("person", "membership", "case__house", "case__entry")
        .filter(case=job.object_id, case__state=CaseState.ISSUING, round=F("case__round"), stage=LAST)
        .first()
    )
    if signed is None:
        raise Permanent("case_not_signed")
    case = signed.case
    found = _documents(case, Outcome(signed.outcome))
    _number(case, found)
    outcome = Outcome(signed.outcome)
    makes = procedures.get(case.procedure).makes(outcome, frozenset(document.kind for document in found))
    return Prepared(found, {"sign": signature_of(signed)}, outcome, makes)


def work(procedure: Procedure, prepared: Prepared) -> Issued:
    """Render and seal. May repeat: bytes, and what the procedure makes, are made anew."""
    made = procedure.make(prepared.outcome) if prepared.makes else Made()
    extra = prepared.signature | {"made": made.words}
    sealed = [(found, rendering.sealed(found, extra)) for found in prepared.documents]
    return Issued(sealed, made, prepared.outcome)


def settle(job: Job, issued: Issued) -> None:
    """Keep the documents and what was made, the letter, the state and the flow: all or nothing, under the lock."""
    try:
        with finish_job(job.object_id) as file:
            for found, sealed in issued.sealed:
                documents.store(found, sealed)
            file.procedure.issued(file.case, issued.made)
            decision = next(found for found, _sealed in issued.sealed if kinds.get(found.kind).is_decision)
            move(file.case, CaseState.ISSUING, FINAL[issued.outcome], decided_at=Now())
            communication.tell_decided(file.case, decision)
            about = file.case.about
            if about is not None and issued.outcome == Outcome.APPROVE and reviews.withdraws(file.case):
                decisions.withdraw(about, by=file.case, act=decision, anew=file.procedure.decides_anew(file.case))
            fault("issuing")
    except Stale:
        raise Permanent("case_not_signed") from None


def _cases(ids: Iterable[int]) -> dict[int, Case]:
    return Case.objects.select_related("entry").in_bulk(ids)


def _documents(case: Case, outcome: Outcome) -> list[Document]:
    """The frozen documents of the case, the decision first. Raises `Permanent` when there is none."""
    codes = [kind.code for kind in procedures.get(case.procedure).documents[outcome]]
    found = list(
        Document.objects.filter(about=case.public_id, kind__in=codes, occasion=case.round).select_related("house")
    )
    if not found:
        raise Permanent("case_not_signed")
    return sorted(found, key=lambda document: codes.index(document.kind))


def _number(case: Case, found: list[Document]) -> None:
    """The decision takes the exit number; what goes with it is its annex and bears the same one."""
    day = today()
    documents.number(
        found,
        take=lambda: str(registry.take(case.house, kind=EntryKind.EXIT, day=day, answers=case.entry)),
        day=day,
    )
    fault("numbered")
