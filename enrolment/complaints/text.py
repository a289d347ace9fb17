"""What an act about an earlier decision says, besides what every decision has."""

from typing import Any

from django.utils.translation import gettext as _

from enrolment.complaints.form import ASKS, CAUSES
from enrolment.complaints.schema import WHOLE, points
from workflows.enums import Outcome
from workflows.models import Case
from workflows.models.decision import FIRST
from workflows.services import reviews


def decision_of(about: Case) -> dict[str, Any]:
    """The decision that is questioned, as its act says it; a draft begins with it."""
    found = reviews.reviewed(about)
    act = found.decision
    return {
        "number": act.number if act else str(about.entry),
        "decided_on": (act.day if act and act.day else about.entry.day).isoformat(),
        "title": str(act.kind_label) if act else str(about.procedure_title),
        "reasons": [{"code": reason["code"], "says": reason["text"]} for reason in found.reasons],
    }


def in_progress(opened: Case) -> str:
    """Why nothing more can be begun about a decision that is looked at already."""
    return _("Despre această decizie se hotărăște deja, cu nr. {number}. Așteptați soluția.").format(
        number=opened.entry
    )


def answer(case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """The words of the answer to a complaint."""
    known = points(content)
    return _about(case, content) | {
        "admitted": outcome == Outcome.APPROVE,
        "withdraws": reviews.withdraws(case),
        "asks": str(dict(ASKS)[content["asks"]]),
        "against": [known[code] for code in content["against"] if code != WHOLE],
        "motivation": content["grounds"],
        "received_on": content["received_on"],
        "effects": reviews.effects(case) if outcome == Outcome.APPROVE else [],
    }


def withdrawal(case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """The words of a withdrawal or replacement."""
    return _about(case, content) | {
        "replaces": content["which"] == "replace",
        "cause": str(dict(CAUSES)[content["cause"]]),
        "explained": content["explained"],
        "rule": content["rule"],
        "effects": reviews.effects(case) if outcome == Outcome.APPROVE else [],
    }


def _about(case: Case, content: dict[str, Any]) -> dict[str, Any]:
    """The decision, the request it answered, and what the proposal says."""
    proposal = case.decisions.filter(round=case.round, stage=FIRST).first()
    return {
        "decision": content["decision"],
        "request_number": str(case.about.entry) if case.about else "",
        "found": proposal.text if proposal else "",
    }
