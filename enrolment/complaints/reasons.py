"""Why a complaint is rejected or must be completed, and why a decision stays after all; each with its ground."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.romania import law
from workflows.procedures import Reason

LATE, UNSIGNED = "P1", "P4"


def _reason(code: str, label: Any, *, rests_on: law.Ground, fix: Any = "") -> Reason:
    """A reason with its ground: the only place where a ground is turned into what a reason holds."""
    return Reason(code, label, fix=fix, grounds=(rests_on,))


PRIOR_COMPLAINT = law.ground(law.L554, "art. 7")
TO_COURT = _("Puteți merge la instanța de contencios administrativ, în șase luni de la comunicarea răspunsului.")
REJECTIONS = (
    _reason(
        LATE,
        _("Plângerea este tardivă: a fost depusă după 30 de zile de la comunicarea deciziei."),
        rests_on=PRIOR_COMPLAINT,
        fix=TO_COURT,
    ),
    _reason(
        "P2",
        _("Plângerea este neîntemeiată: motivele deciziei rămân, în fapt și în drept."),
        rests_on=PRIOR_COMPLAINT,
        fix=TO_COURT,
    ),
    _reason(
        "P3",
        _("Plângerea nu este a celui căruia i se adresează decizia, nici a reprezentantului lui."),
        rests_on=law.HOUSE_RULE,
        fix=_("Plângerea o poate face cel căruia i se adresează decizia sau reprezentantul lui."),
    ),
)
COMPLETIONS = (
    _reason(
        UNSIGNED,
        _("Plângerea nu este semnată."),
        rests_on=law.HOUSE_RULE,
        fix=_("Trimiteți plângerea semnată."),
    ),
    _reason(
        "P5",
        _("Nu se înțelege ce se contestă sau ce se cere."),
        rests_on=law.HOUSE_RULE,
        fix=_("Spuneți ce motiv al deciziei contestați, de ce, și ce cereți."),
    ),
)
KEPT = (
    _reason(
        "D1",
        _("Motivul retragerii nu se confirmă: decizia rămâne așa cum a fost dată."),
        rests_on=law.HOUSE_RULE,
    ),
    _reason("D2", _("Temeiul în drept nu permite retragerea deciziei."), rests_on=law.HOUSE_RULE),
)
