"""Which scans may be attached. A short list on purpose: no copies of what other institutions issued (OUG 41/2016).

Nothing here is required to file: the law wants an answer to every request, and the house can ask for what is missing.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """One kind of scan. `most` files of it per filing; `missing` is what the clerk reads when there is none.

    A kind that is not `offered` stands in no form: what it proves is not asked there yet.
    """

    code: str
    label: str | Promise
    hint: str | Promise
    missing: str | Promise
    most: int = 5
    offered: bool = True


KINDS = (
    Kind(
        "identity_document",
        _("Actul de identitate al reprezentantului legal"),
        _("Fața cu fotografia, întreagă și citeață."),
        _("Nu este atașată copia actului de identitate al reprezentantului legal."),
    ),
    Kind(
        "delegate_mandate",
        _("Împuternicirea delegatului"),
        _("Semnată de reprezentantul legal."),
        _("Nu este atașată împuternicirea delegatului."),
        offered=False,
    ),
    Kind(
        "malpractice_policy",
        _("Polițele de malpraxis ale medicilor"),
        _("Câte un fișier pentru fiecare poliță."),
        _("Nu este atașată nicio poliță de malpraxis."),
        most=20,
    ),
)
OFFERED = tuple(kind for kind in KINDS if kind.offered)


def kind_of(code: str) -> Kind | None:
    """The kind with this code."""
    return next((kind for kind in KINDS if kind.code == code), None)
