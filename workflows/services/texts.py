"""The text of a decision: built from the case, read and signed by the director, frozen, then issued as it was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from backoffice.accounts.models import House
from backoffice.romania import law
from notifications import pdf, words
from notifications.kinds import DocumentKind
from notifications.services import documents
from workflows import procedures
from workflows.enums import Outcome
from workflows.errors import Refused
from workflows.grounds import COMPLAINT
from workflows.models import Case, Decision
from workflows.models.decision import LAST
from workflows.procedures import Finding, Reason
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
    kinds = file.procedure.documents_for(file.case.content, outcome)
    with translation.override("ro"):
        context = _context(file, outcome)
    found = tuple(Text(kind, *pdf.frozen_text(kind.code, context)) for kind in kinds)
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
        occasion=draft.case.round,
    )


def signature_of(decision: Decision) -> dict[str, str]:
    """One decision as a line of the document: which stage in its words, who in which role, when."""
    stage = procedures.get(decision.case.procedure).stage(decision.stage)
    return {
        "stage": decision.stage,
        "stage_label": str(stage.decision),
        "signature": stage.signature,
        "recital": stage.recital,
        "role": str(decision.membership.get_role_display()),
        "name": decision.person.full_name,
        "at": decision.decided_at.isoformat(timespec="seconds"),
    }


def demand_facts(file: CaseFile, codes: Sequence[str], text: str) -> None:
    """Each reason of a rejection has its facts: what a rule saw, or the clerk's own words. Raises `Refused`."""
    seen = _facts(file)
    bare = [code for code in codes if code not in seen]
    if bare and not text.strip():
        raise Refused(
            _(
                "Scrieți în referat ce ați constatat: pentru {codes} nu există o constatare automată, iar decizia "
                "arată faptele fiecărui motiv."
            ).format(codes=", ".join(bare))
        )


def house_words(house: House) -> dict[str, str]:
    """The letterhead: what a house has entered about itself, else what the list of houses says."""
    return {
        "name": house.name,
        "seat": house.seat,
        "code": house.code,
        "full_name": house.full_name or house.name,
        "address": house.address_line,
        "fiscal_code": house.fiscal_code,
        "phone": house.phone,
        "email": house.email,
        "court": house.court or house.usual_court,
    }


def _context(file: CaseFile, outcome: Outcome) -> dict[str, Any]:
    case, content, proposal = file.case, file.case.content, file.proposal
    rejected = outcome == Outcome.REJECT
    articles = [law.by_code(c) for c in proposal.grounds] if rejected else file.procedure.general_grounds
    return {
        "house": house_words(case.house),
        "subject": {"name": case.subject_name, "code": case.subject_code},
        "entry_number": str(case.entry),
        "round": case.round,
        "filed_on": case.filed_on.isoformat(),
        "registered_on": case.entry.day.isoformat(),
        "due_on": case.due_on.isoformat(),
        "decided_by": [signature_of(decision) for decision in file.in_this_round if decision.stage != LAST],
        "grounds": law.cited(articles, full=True),
        "remedy": {
            "days": COMPLAINT.days,
            "complaint": law.cited([law.ground(law.L554, "art. 7")], full=True)[0],
            "court": law.ground(law.L554, "art. 10").place,
            "term": law.ground(law.L554, "art. 11").place,
        },
        "reasons": _reasons(file, proposal.reasons, proposal.grounds) if rejected else [],
        "remark": proposal.text if rejected else "",
        "content_sha256": case.current.sha256,
        "demo": not settings.PRODUCTION,
        **file.procedure.text(case, content, outcome),
    }


def _reasons(file: CaseFile, codes: list[str], articles: list[str]) -> list[dict[str, Any]]:
    """Each reason with its facts, as the automatic rules saw them, and what it rests on."""
    facts = _facts(file)
    general = [each for each in file.procedure.general_grounds if each.code in articles]
    reasons = [file.procedure.reason(code) for code in codes]
    return [
        {
            "code": r.code,
            "text": str(r.label),
            "ground": _ground(r, general),
            "facts": facts.get(r.code, []),
            "fix": str(r.fix),
        }
        for r in reasons
    ]


def _facts(file: CaseFile) -> dict[str, list[str]]:
    """What the automatic rules saw in the present version, by the code of the reason."""
    check = file.case.checks.filter(version=file.case.version).last()
    found: dict[str, list[str]] = {}
    for finding in check.findings if check else []:
        found.setdefault(finding["code"], []).append(file.procedure.explain(Finding(**finding)))
    return found


def _ground(reason: Reason, general: list[law.Ground]) -> str:
    """The articles of a reason; one that is the house's own rule says so, and which general articles it applies."""
    own = "; ".join(law.cited(reason.law))
    if reason.law and all(each.is_law for each in reason.grounds):
        return own
    return "; ".join(part for part in (own, str(law.HOUSE_RULE), _general(general) if not own else "") if part)


def _general(general: list[law.Ground]) -> str:
    return f"temei general: {'; '.join(law.cited(general))}" if general else ""
