"""What is asked about a decision, as pages. Which decision it is stands above the boxes and is not asked."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import HOUSE_RULE, L554, ground
from enrolment.complaints.schema import COMPLAINT, REVOCATION, WHOLE, points
from workflows.forms.spec import Box, Choices, FormSpec, Group, Page, Why

ASKS: Choices = (
    ("withdraw", _("retragerea deciziei și o hotărâre nouă, luată de alte persoane")),
    ("change", _("numai schimbarea unei părți din decizie; restul rămâne")),
)
WHICH: Choices = (
    ("replace", _("Decizia se înlocuiește: cererea se hotărăște din nou, de alte persoane")),
    ("withdraw", _("Decizia se retrage definitiv: cererea rămâne închisă")),
)
CAUSES: Choices = (
    ("error", _("Actul are o eroare")),
    ("untrue_data", _("Decizia s-a întemeiat pe date sau acte care nu corespund adevărului")),
    ("unlawful", _("Decizia nu respectă legea")),
    ("conditions", _("Condițiile pentru care s-a dat decizia nu mai sunt îndeplinite")),
    ("court", _("O instanță a hotărât asupra deciziei")),
)


def _points(content: dict[str, Any], name: str) -> Choices:
    """The reasons of the decision, and the whole of it."""
    return (*points(content).items(), (WHOLE, _("decizia în întregul ei")))


COMPLAINT_FORM = FormSpec(
    pages=(
        Page(
            "plangerea",
            _("Plângerea prealabilă"),
            _("Spuneți ce este greșit în decizie și ce cereți. O verifică alte persoane decât cele care au propus-o."),
            (
                Group(
                    _("Ce contestați"),
                    (
                        Box(
                            "against",
                            _("Împotriva cărui motiv faceți plângere"),
                            "checkboxes",
                            "list",
                            choices=_points,
                            hint=_("unul sau mai multe"),
                        ),
                        Box(
                            "grounds",
                            _("De ce este greșit"),
                            "textarea",
                            hint=_("faptele și, dacă o știți, norma; puteți atașa acte la pasul următor"),
                        ),
                    ),
                    why=Why(_("Casa răspunde la ce contestați, punct cu punct."), ground(L554, "art. 7")),
                ),
                Group(
                    _("Ce cereți"),
                    (Box("asks", _("Cer"), "radios", choices=ASKS),),
                    why=Why(_("De ce cereți depinde ce se schimbă dacă plângerea se admite."), ground(L554, "art. 7")),
                ),
            ),
        ),
    ),
    schema=COMPLAINT,
    takes=_("10 minute"),
)
REVOCATION_FORM = FormSpec(
    pages=(
        Page(
            "retragerea",
            _("De ce se retrage sau se înlocuiește"),
            "",
            (
                Group(
                    _("Motivul"),
                    (
                        Box("cause", _("Ce s-a întâmplat"), "radios", choices=CAUSES),
                        Box(
                            "explained",
                            _("Faptele, pe larg"),
                            "textarea",
                            hint=_("apar în act: ce s-a constatat, când și din ce acte reiese"),
                        ),
                        Box(
                            "rule",
                            _("Temeiul în drept"),
                            hint=_("actul normativ și articolul pe care se întemeiază retragerea; apar în act"),
                        ),
                    ),
                    why=Why(_("Actul arată faptele și temeiul pentru care decizia se retrage."), HOUSE_RULE),
                ),
                Group(
                    _("Ce urmează"),
                    (Box("which", _("Decizia se retrage sau se înlocuiește"), "radios", choices=WHICH),),
                    why=Why(_("Hotărăște dacă cererea se rezolvă din nou sau rămâne închisă."), HOUSE_RULE),
                ),
            ),
        ),
    ),
    schema=REVOCATION,
    takes=_("10 minute"),
)
