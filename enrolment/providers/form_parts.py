"""Boxes and choices that several pages of the form for enrolment share."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from backoffice.romania import counties
from backoffice.romania.law import ORDER, ground
from enrolment import nomenclature
from workflows.forms.binding import rows_of, value_at
from workflows.forms.spec import Box, Choices, Text

THE_ORDER = ground(ORDER, "întregul ordin")
NO_END_HINT = _("ZZ.LL.AAAA; lăsați gol dacă nu are dată de sfârșit")


def choose(found: Iterable[tuple[str, Text]]) -> Choices:
    """Nothing is chosen until somebody chooses it."""
    return (("", _("alegeți")), *found)


def address(prefix: str) -> tuple[Box, ...]:
    """The boxes of a postal address."""
    return (
        Box(f"{prefix}.county", _("Județul"), "select", choices=choose(counties.choices()), width="third"),
        Box(f"{prefix}.locality", _("Localitatea"), autocomplete="address-level2", width="third"),
        Box(
            f"{prefix}.sector",
            _("Sectorul"),
            "select",
            hint=_("numai pentru București"),
            choices=(("", _("fără sector")), *((n, n) for n in nomenclature.SECTORS)),
            required=False,
            width="third",
        ),
        Box(f"{prefix}.street", _("Strada"), autocomplete="address-line1", width="two-thirds"),
        Box(f"{prefix}.number", _("Numărul"), width="third"),
        Box(f"{prefix}.block", _("Blocul"), required=False, width="third"),
        Box(f"{prefix}.staircase", _("Scara"), required=False, width="third"),
        Box(f"{prefix}.floor", _("Etajul"), required=False, width="third"),
        Box(f"{prefix}.apartment", _("Apartamentul"), required=False, width="third"),
        Box(
            f"{prefix}.postal_code",
            _("Codul poștal"),
            hint=_("6 cifre, de exemplu 900178"),
            inputmode="numeric",
            autocomplete="postal-code",
            width="third",
        ),
    )


def declared_specialties(content: dict, name: str) -> Choices:
    """A policy covers specialities that the same physician declares, or all of them."""
    physician = name.split(".")[:2]
    if value_at(content, [*physician, "without_specialty"]) is True:
        return ()
    declared = [row.get("code") for row in rows_of(value_at(content, [*physician, "specialties"]))]
    every: Choices = (("*", _("toate specialitățile declarate mai sus")),)
    return every + tuple((code, label) for code, label in nomenclature.choices("specialties") if code in declared)


def work_points(content: dict, name: str) -> Choices:
    """The work points declared so far, by their place."""
    points = rows_of(content.get("work_points"))
    return choose((str(i), point.get("name") or f"{i + 1}") for i, point in enumerate(points or [{}]))


def identity_documents(content: dict, name: str) -> Choices:
    """Those that are issued today; one that is not any more stays where it was declared."""
    declared = value_at(content, name.split("."))
    former = [(code, label) for code, label in nomenclature.FORMER_IDENTITY_DOCUMENTS.items() if code == declared]
    return choose([*nomenclature.IDENTITY_DOCUMENTS.items(), *former])


def specialty(code: str) -> Text:
    """The name of a speciality; a code that is none is shown as it is."""
    return nomenclature.specialty(code).label if code in nomenclature.codes("specialties") else code
