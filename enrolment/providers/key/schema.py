"""The request for a new licence key as data. Pure."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.errors import FieldError
from workflows.forms.schema import Framed, Schema, error
from workflows.forms.values import one_of, text

COMPROMISED = "compromised"
REASONS: dict[str, Promise] = {
    "lost": _("am pierdut cheia sau nu am notat-o"),
    COMPROMISED: _("cheia a ajuns sau poate ajunge la altcineva"),
    "locked": _("cheia nu mai este acceptată de aplicație"),
    "first": _("nu am primit nicio cheie"),
    "other": _("alt motiv"),
}


class NewKeyForm(Framed):
    """Why a new key is asked for, with the frame in which the request came."""

    reason: one_of(REASONS)
    explanation: text(500, required=False) = ""


def _across(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """Another reason is said in words."""
    said = str(content.get("explanation") or "").strip()
    return [error("explanation", "missing")] if content.get("reason") == "other" and not said else []


SCHEMA = Schema(model=NewKeyForm, across=_across)
