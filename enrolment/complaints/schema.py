"""What is asked about a decision, as data: which one, against what in it, why, and what should become of it."""

from typing import Annotated, Any

from django.utils.translation import gettext_lazy
from pydantic import Field

from workflows.errors import FieldError
from workflows.forms import sentences
from workflows.forms.schema import Framed, Schema, error
from workflows.forms.values import Day, Part, one_of, text

sentences.register(
    {
        "no_point": gettext_lazy("Alegeți cel puțin un punct: un motiv al deciziei, sau decizia în întregul ei."),
        "no_such_point": gettext_lazy("Decizia nu are acest motiv: alegeți din listă."),
    }
)
# The point of complaint that every decision has.
WHOLE = "whole"
ASKED = ("withdraw", "change")
WHICH = ("withdraw", "replace")
CAUSES = ("error", "untrue_data", "unlawful", "conditions", "court")


class Cited(Part):
    """One reason of the decision, as its act gives it."""

    code: text(20)
    says: text(600)


class Decided(Part):
    """The decision that is questioned: written by the system from the act, never asked for."""

    number: text(30)
    decided_on: Day
    title: text(120)
    reasons: Annotated[list[Cited], Field(max_length=60)]


class ComplaintForm(Framed):
    """A prior complaint."""

    decision: Decided
    against: Annotated[list[text(20)], Field(min_length=1, max_length=61)]
    grounds: text(4000)
    asks: one_of(ASKED)


class RevocationForm(Framed):
    """Why the house takes a decision of its own back, by which rule, and what becomes of the request."""

    decision: Decided
    cause: one_of(CAUSES)
    explained: text(4000)
    rule: text(300)
    which: one_of(WHICH)


def points(content: dict[str, Any]) -> dict[str, str]:
    """The points of the decision that a complaint can be against, by code; a draft may be broken in any way."""
    decision = content.get("decision")
    reasons = decision.get("reasons") if isinstance(decision, dict) else None
    cited = [r for r in reasons if isinstance(r, dict)] if isinstance(reasons, list) else []
    return {str(reason.get("code")): str(reason.get("says")) for reason in cited}


def _across(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    if any(path.startswith(("against", "decision")) for path in wrong):
        return []
    known = {*points(content), WHOLE}
    return [error(f"against[{i}]", "no_such_point") for i, code in enumerate(content["against"]) if code not in known]


COMPLAINT = Schema(model=ComplaintForm, across=_across, empty_lists={"against": "no_point"})
REVOCATION = Schema(model=RevocationForm)
