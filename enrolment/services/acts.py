"""The text of a decision: built from the case, read and signed by the director, frozen, then issued as it was read."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation

from backoffice.romania.text import normalise
from enrolment import nomenclature, rules
from enrolment.enums import Outcome, Stage
from enrolment.models import Case
from notifications import pdf
from notifications.models import Document, DocumentKind
from notifications.services import documents

KIND = {Outcome.APPROVE: DocumentKind.APPROVAL, Outcome.REJECT: DocumentKind.REJECTION}


@dataclass(frozen=True)
class Act:
    """A decision ready to be signed: its template, what fills it, and the fingerprint of both."""

    case: Case
    kind: DocumentKind
    context: dict[str, Any]
    html: str
    sha256: str


def draft(case: Case, outcome: Outcome) -> Act:
    """The act as it stands now. Same case, same text, same fingerprint: the signature covers exactly this.

    Acts are in Romanian whatever language the signer's screen speaks.
    """
    kind = KIND[outcome]
    with translation.override("ro"):
        context = _context(case, outcome)
        html, sha256 = pdf.frozen_text(kind, context)
    return Act(case=case, kind=kind, context=context, html=html, sha256=sha256)


def freeze(act: Act) -> list[Document]:
    """Write the rows of what the signature covers; an approval brings the usage convention with it."""
    kinds = [act.kind]
    if act.kind == DocumentKind.APPROVAL:
        kinds.append(DocumentKind.CONVENTION)
    return [
        documents.freeze(
            about=act.case.public_id,
            kind=kind,
            house=act.case.house,
            context=act.context,
            text_sha256=act.sha256,
        )
        for kind in kinds
    ]


def _context(case: Case, outcome: Outcome) -> dict[str, Any]:
    content = case.content
    proposal = case.decisions.get(round=case.round, stage=Stage.PROPOSE)
    return {
        "house": {"name": case.house.name, "seat": case.house.seat, "code": case.house.code},
        "provider": _provider(content),
        "entry_number": str(case.entry),
        "round": case.round,
        "filed_on": case.filed_on.isoformat(),
        "registered_on": case.entry.day.isoformat(),
        "due_on": case.due_on.isoformat(),
        "decided_by": [
            {
                "stage": decision.stage,
                "stage_label": decision.get_stage_display(),
                "name": decision.person.full_name,
                "at": decision.decided_at.isoformat(timespec="seconds"),
            }
            for decision in case.decisions.filter(round=case.round).select_related("person")
            if decision.stage != Stage.SIGN
        ],
        "reasons": _reasons(case, proposal.reasons) if outcome == Outcome.REJECT else [],
        "remark": proposal.text if outcome == Outcome.REJECT else "",
        "work_points": [_work_point(point) for point in content["work_points"]],
        "physicians": [_physician(physician, content) for physician in content["physicians"]],
        "content_sha256": case.applications.get(version=case.version).sha256,
        "user_name": f"{case.provider_uic}_{case.house.code}",
        "demo": not settings.PRODUCTION,
    }


def _provider(content: dict) -> dict[str, str]:
    provider = content["provider"]
    return {
        "name": provider["name"],
        "uic": provider["uic"],
        "legal_form": str(nomenclature.legal_form(provider["legal_form"]).label),
        "headquarters": address_line(provider["headquarters"]),
    }


def _reasons(case: Case, codes: list[str]) -> list[dict[str, str]]:
    """Each reason with the fact that the automatic rules saw, where they saw one (product.md D5)."""
    check = case.checks.filter(version=case.version).last()
    facts = {f["code"]: rules.explain(rules.Finding.from_dict(f)) for f in (check.findings if check else [])}
    return [
        {
            "code": code,
            "text": str(nomenclature.reason(code).label),
            "explanation": facts.get(code, ""),
            "fix": str(nomenclature.reason(code).fix),
        }
        for code in codes
    ]


def _work_point(point: dict) -> dict[str, str]:
    paper = point["sanitary_authorisation"]
    return {
        "name": point["name"],
        "address": address_line(point["address"]),
        "authorisation": f"{paper['number']} – {paper['issuer']}",
    }


def _physician(physician: dict, content: dict) -> dict[str, str]:
    specialties = [nomenclature.specialty(s["code"]).label for s in physician["specialties"]]
    return {
        "name": f"{physician['last_name'].upper()} {physician['first_name']}",
        "stamp_code": physician["stamp_code"],
        "specialties": ", ".join(str(s) for s in specialties),
        "work_point": content["work_points"][physician["work_point"]]["name"],
    }


def address_line(address: dict) -> str:
    """An address as an office writes it: street, number, block…, locality, county (domain.md 9)."""
    labels = {"number": "nr.", "block": "bl.", "staircase": "sc.", "floor": "et.", "apartment": "ap."}
    parts = [address.get("street", "")]
    parts += [f"{label} {address[name]}" for name, label in labels.items() if address.get(name)]
    parts += [address.get("locality", ""), f"jud. {address['county']}"]
    return normalise(", ".join(part for part in parts if part))
