"""The text of a decision: built from the case, read and signed by the director, frozen, then issued as it was read."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation

from notifications import pdf
from notifications.kinds import DocumentKind
from notifications.services import documents
from workflows.enums import Outcome
from workflows.models import Case, Decision
from workflows.models.decision import LAST
from workflows.procedures import Finding
from workflows.services.casefile import CaseFile


@dataclass(frozen=True)
class Draft:
    """A decision ready to be signed: its documents, what fills them, and the fingerprint of what is read."""

    case: Case
    kinds: tuple[DocumentKind, ...]
    context: dict[str, Any]
    html: str
    sha256: str


def draft(file: CaseFile, outcome: Outcome) -> Draft:
    """The decision as it stands now. Same case, same text, same fingerprint: the signature covers exactly this.

    Decisions are in Romanian whatever language the signer's screen speaks.
    """
    found = file.procedure.documents_for(file.case.content, outcome)
    with translation.override("ro"):
        context = _context(file, outcome)
        html, sha256 = pdf.frozen_text(found[0].code, context)
    return Draft(case=file.case, kinds=found, context=context, html=html, sha256=sha256)


def freeze(draft: Draft) -> None:
    """Write the rows of what the signature covers: the decision, and what goes with it."""
    documents.freeze(
        about=draft.case.public_id,
        kinds=[kind.code for kind in draft.kinds],
        house=draft.case.house,
        context=draft.context,
        text_sha256=draft.sha256,
    )


def signature_of(decision: Decision) -> dict[str, str]:
    """One decision as a line of the document: which stage, who, when."""
    return {
        "stage": decision.stage,
        "stage_label": str(decision.stage_label),
        "name": decision.person.full_name,
        "at": decision.decided_at.isoformat(timespec="seconds"),
    }


def _context(file: CaseFile, outcome: Outcome) -> dict[str, Any]:
    case, content, proposal = file.case, file.case.content, file.proposal
    rejected = outcome == Outcome.REJECT
    return {
        "house": {"name": case.house.name, "seat": case.house.seat, "code": case.house.code},
        "subject": {"name": case.subject_name, "code": case.subject_code},
        "entry_number": str(case.entry),
        "round": case.round,
        "filed_on": case.filed_on.isoformat(),
        "registered_on": case.entry.day.isoformat(),
        "due_on": case.due_on.isoformat(),
        "decided_by": [signature_of(decision) for decision in file.in_this_round if decision.stage != LAST],
        "reasons": _reasons(file, proposal.reasons) if rejected else [],
        "remark": proposal.text if rejected else "",
        "content_sha256": case.current.sha256,
        "demo": not settings.PRODUCTION,
        **file.procedure.text(case, content, outcome),
    }


def _reasons(file: CaseFile, codes: list[str]) -> list[dict[str, str]]:
    """Each reason with the fact that the automatic rules saw, where they saw one."""
    check = file.case.checks.filter(version=file.case.version).last()
    facts = {f["code"]: file.procedure.explain(Finding(**f)) for f in (check.findings if check else [])}
    reasons = [file.procedure.reason(code) for code in codes]
    return [
        {
            "code": r.code,
            "text": str(r.label),
            "ground": str(r.ground),
            "explanation": facts.get(r.code, ""),
            "fix": str(r.fix),
        }
        for r in reasons
    ]
