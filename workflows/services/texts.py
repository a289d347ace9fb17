"""The text of a decision: built from the case, read and signed by the director, frozen, then issued as it was read."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation

from notifications import pdf, words
from notifications.kinds import DocumentKind
from notifications.services import documents
from workflows.enums import Outcome
from workflows.models import Case, Decision
from workflows.models.decision import LAST
from workflows.procedures import Finding
from workflows.services.casefile import CaseFile


@dataclass(frozen=True)
class Text:
    """One document ready to be signed: what is read of it, and the fingerprint of its words."""

    kind: DocumentKind
    html: str
    sha256: str


@dataclass(frozen=True)
class Draft:
    """What one signature covers: every document of the outcome in its order, what fills them, one fingerprint of all.

    The decision comes first.
    """

    case: Case
    context: dict[str, Any]
    texts: tuple[Text, ...]
    sha256: str


def draft(file: CaseFile, outcome: Outcome) -> Draft:
    """The documents as they stand now. Same words, same fingerprint: the signature covers exactly this.

    The fingerprint of all is of this round too: what was read before a return is not signed after it. Decisions are in
    Romanian whatever language the signer's screen speaks.
    """
    with translation.override("ro"):
        context = _context(file, outcome)
    found = tuple(Text(kind, *pdf.frozen_text(kind.code, context)) for kind in file.procedure.documents[outcome])
    about = f"{file.case.public_id} {file.case.round}"
    sha256 = words.fingerprint_of_all(about, [(text.kind.code, text.sha256) for text in found])
    return Draft(case=file.case, context=context, texts=found, sha256=sha256)


def freeze(draft: Draft) -> None:
    """Write the rows of what the signature covers, each with the fingerprint of its own words."""
    documents.freeze(
        about=draft.case.public_id,
        house=draft.case.house,
        context=draft.context,
        fingerprints={text.kind.code: text.sha256 for text in draft.texts},
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
