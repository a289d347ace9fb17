"""Code lists that procedures share, and the reasons of decisions, in both languages (docs/domain.md). Pure."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise, lazystr
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from backoffice.romania import law

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Item:
    """One code with its names; reasons also say what kind they are, what to do next and what they rest on."""

    code: str
    name: str
    name_en: str
    group: str = ""
    kind: str = ""
    fix_ro: str = ""
    fix_en: str = ""
    trade_register: bool = False
    cabinet_register: bool = False
    grounds: tuple[law.Ground, ...] = ()

    @property
    def label(self) -> str:
        """The name in the language of the page; acts are written in Romanian."""
        return self.name_en if get_language() == "en" else self.name

    @property
    def fix(self) -> str:
        """What the applicant does next, in the language of the page."""
        return self.fix_en if get_language() == "en" else self.fix_ro


@cache
def _load(name: str) -> dict[str, Item]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Item(
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                group=row.get("group", ""),
                kind=row.get("kind", ""),
                fix_ro=row.get("fix", ""),
                fix_en=row.get("fix_en", ""),
                trade_register=row.get("trade_register") == "yes",
                cabinet_register=row.get("cabinet_register") == "yes",
                grounds=tuple(law.by_code(code) for code in row.get("ground", "").split("; ") if code),
            )
            for row in csv.DictReader(file)
        }


ENGAGEMENTS: dict[str, Promise] = {
    "titular": _("titular al cabinetului"),
    "employee": _("contract individual de muncă"),
    "contract": _("contract de prestări servicii"),
    "independent": _("profesie liberală (PFI)"),
    "volunteer": _("voluntariat"),
}
GRADES: dict[str, Promise] = {
    "physician": _("medic"),
    "specialist": _("medic specialist"),
    "primary": _("medic primar"),
}
COLLEGES: dict[str, Promise] = {
    "CMR": _("Colegiul Medicilor din România"),
    "CMSR": _("Colegiul Medicilor Stomatologi din România"),
}
FORMER_COLLEGES = {"CMDR": "CMSR"}  # its name until Legea 35/2019; old files hold it
IDENTITY_DOCUMENTS: dict[str, Promise] = {
    "CI": _("carte de identitate"),
    "CIE": _("carte electronică de identitate"),
    "PASS": _("pașaport"),
    "PR": _("permis de ședere"),
    "CR": _("certificat de înregistrare"),
}
# Is issued no longer: read in old files, not offered.
FORMER_IDENTITY_DOCUMENTS: dict[str, Promise] = {"BI": _("buletin de identitate")}
WITH_SERIES = frozenset({"CI", "BI"})
SECTORS = ("1", "2", "3", "4", "5", "6")  # of Bucharest


def codes(name: str) -> frozenset[str]:
    """The codes of one list: `legal_forms`, `service_categories`, `specialties`, `reason_codes`."""
    return frozenset(_load(name))


def choices(name: str) -> tuple[tuple[str, str | Promise], ...]:
    """Codes and labels for a form; labels follow the language of the page."""
    if name == "engagements":
        return tuple(ENGAGEMENTS.items())
    return tuple((item.code, _label(item)) for item in _load(name).values())


def legal_form(code: str) -> Item:
    """One legal form of providers."""
    return _load("legal_forms")[code]


def specialty(code: str) -> Item:
    """One medical speciality."""
    return _load("specialties")[code]


def reason(code: str) -> Item:
    """One reason of a rejection, completion or redirection."""
    return _load("reason_codes")[code]


def reasons(*kinds: str) -> list[Item]:
    """The reasons of these kinds, in the order of their codes.

    Kinds: `reject`, `completion`, `both`, `redirect`, and `after_completion`: asked for, and rejecting only then.
    """
    return [item for item in _load("reason_codes").values() if item.kind in kinds]


def _label(item: Item) -> str | Promise:
    return lazystr(_Labelled(item))


class _Labelled:
    """Reads the language when it is shown, not when the form is described."""

    def __init__(self, item: Item) -> None:
        self.item = item

    def __str__(self) -> str:
        return self.item.label
