"""What the worker does for cases: issuing. Importing this module registers the kind of work."""

from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now
from django.urls import reverse

from backoffice.jobs.faults import fault
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, Permanent, Transient, register
from backoffice.romania.calendar import today
from enrolment import licence
from enrolment.enums import EntryKind, State
from enrolment.models import Case
from enrolment.services import licences, registry
from notifications import pdf, seal
from notifications.models import Document, DocumentKind
from notifications.services import documents, messages
from workflows.flows import ISSUE, EnrolmentFlow

FINAL = {DocumentKind.APPROVAL: State.APPROVED, DocumentKind.REJECTION: State.REJECTED}


@dataclass(frozen=True)
class Prepared:
    """A signed case ready for the press: its numbered acts, what completes their text, and whether a key goes with them."""

    acts: list[Document]
    extra: dict[str, Any]
    with_key: bool


@dataclass(frozen=True)
class Issued:
    """What one attempt made: the sealed bytes of each act and, on approval, a key that only this memory knows."""

    acts: list[tuple[Document, bytes]]
    key: str | None


def prepare(job: Job) -> Prepared:
    """Number the acts of a signed case, committed before anything is rendered. Asked again, the number stays."""
    case = Case.objects.select_related("house", "entry").get(pk=job.object_id)
    of_case = Document.objects.filter(about=case.public_id, kind__in=[*FINAL, DocumentKind.CONVENTION])
    acts = list(of_case.select_related("house"))
    if case.state != State.ISSUING or not acts:
        raise Permanent("case_not_signed")
    decision = _numbered(case, acts)
    return Prepared(acts, {"sign": _signature(case)}, decision.kind == DocumentKind.APPROVAL)


def work(prepared: Prepared) -> Issued:
    """Render and seal. May repeat: bytes and key are made anew."""
    key = licence.generate() if prepared.with_key else None
    extra = prepared.extra | ({"masked_key": licence.mask(key)} if key else {})
    try:
        return Issued([(act, documents.render_and_seal(act, extra)) for act in prepared.acts], key)
    except pdf.RenderFailed as problem:
        raise Transient(problem.code) from None
    except seal.SealUnavailable:
        raise Transient("seal_unavailable") from None


def settle(job: Job, issued: Issued) -> None:
    """Keep the acts, the key, the message, the state and the flow: all or nothing, under the process lock."""
    case = Case.objects.select_related("house", "filing__owner", "turn__task").get(pk=job.object_id)
    turn = case.turn
    with EnrolmentFlow.lock(turn.process_id):
        kept = [documents.store(act, sealed) for act, sealed in issued.acts]
        decision = next(act for act in kept if act.kind in FINAL)
        if issued.key:
            licences.issue(case.enrolment, key=issued.key)
        moved = Case.objects.filter(pk=case.pk, state=State.ISSUING).update(
            state=FINAL[DocumentKind(decision.kind)], decided_at=Now()
        )
        if not moved:
            raise Permanent("case_not_signed")
        _tell_applicant(case, decision)
        fault("issuing")
        EnrolmentFlow.issue.run(turn.task)


def _numbered(case: Case, acts: list[Document]) -> Document:
    """The decision takes the exit number; the convention is its annex and bears the same one."""
    day = today()
    decision = next(act for act in acts if act.kind in FINAL)
    taken = documents.number(
        decision,
        take=lambda: str(registry.take(case.house, kind=EntryKind.EXIT, day=day, answers=case.entry)),
        day=day,
    )
    fault("numbered")
    for act in acts:
        numbered = documents.number(act, take=lambda: taken.number, day=taken.day or day)
        act.number, act.day = numbered.number, numbered.day
    return taken


def _signature(case: Case) -> dict[str, str]:
    signed = case.decisions.select_related("person").get(round=case.round, stage="sign")
    return {
        "stage": signed.stage,
        "stage_label": signed.get_stage_display(),
        "name": signed.person.full_name,
        "at": signed.decided_at.isoformat(timespec="seconds"),
    }


def _tell_applicant(case: Case, decision: Document) -> None:
    """An account is told where to read; a declared address without account gets the decision itself (no secret in it)."""
    owner = case.filing.owner if case.filing.channel == "online" else None
    messages.send(
        "decision_ready" if owner else "decision_attached",
        about=case.public_id,
        house=case.house,
        recipient=owner,
        address=owner.email if owner else case.content["provider"]["email"],
        language=owner.language if owner else "ro",
        context={"entry": str(case.entry), "link": reverse("enrolment:case", args=[case.public_id])},
        documents=[] if owner else [decision],
        dedupe_key=f"decision:{case.public_id}",
    )


register(Handler(kind=ISSUE, queue="issue", prepare=prepare, work=work, settle=settle))
