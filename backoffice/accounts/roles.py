"""Roles are code: a name, a sentence, a list of rights; reviewed in a diff.

Rights hold in a house. Some hold whatever the procedure; most are given by each procedure to the roles it knows.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Can(StrEnum):
    """What a person may do in a house. Every permission question names one of these and, mostly, a procedure."""

    SEE_CASES = "see_cases"
    KEY_IN = "key_in"
    REVIEW = "review"
    VISA = "visa"
    ENDORSE = "endorse"
    SIGN = "sign"
    REASSIGN = "reassign"
    CLOSE = "close"
    EXTEND = "extend"
    HAND_OVER = "hand_over"
    RETRY_WORK = "retry_work"
    MANAGE_PEOPLE = "manage_people"
    HOUSE_DATA = "house_data"


class Role(models.TextChoices):
    """The five roles of a house that this product knows."""

    CLERK = "clerk", _("Funcționar")
    LEGAL_ADVISER = "legal_adviser", _("Consilier juridic")
    HEAD = "head", _("Șef serviciu")
    DIRECTOR = "director", _("Președinte – director general")
    ADMINISTRATOR = "administrator", _("Administrator de conturi")


DESCRIPTIONS = {
    Role.CLERK: _("Înregistrează cererile pe hârtie, verifică dosarele, cere completări și propune soluția."),
    Role.LEGAL_ADVISER: _("Dă viza de legalitate acolo unde procedura o cere."),
    Role.HEAD: _("Avizează sau întoarce propunerile, repartizează, conexează și clasează dosarele."),
    Role.DIRECTOR: _("Semnează deciziile, prelungește termenul legal."),
    Role.ADMINISTRATOR: _("Acordă și încheie roluri în casa sa și scrie datele casei; nu lucrează dosare."),
}

# What a role may do whatever the procedure.
RIGHTS: dict[Role, frozenset[Can]] = {
    Role.CLERK: frozenset(),
    Role.LEGAL_ADVISER: frozenset(),
    Role.HEAD: frozenset({Can.RETRY_WORK}),
    Role.DIRECTOR: frozenset(),
    Role.ADMINISTRATOR: frozenset({Can.MANAGE_PEOPLE, Can.HOUSE_DATA}),
}
_of_procedures: dict[str, Mapping[Role, frozenset[Can]]] = {}


def register(procedure: str, rights: Mapping[Role, frozenset[Can]]) -> None:
    """What each role may do in one procedure; rooms above say it when the process starts."""
    _of_procedures[procedure] = rights


def rights_of(role: Role, procedure: str) -> frozenset[Can]:
    """What a role may do in a procedure, whatever else it may do."""
    return RIGHTS[role] | _of_procedures.get(procedure, {}).get(role, frozenset())


def rights_by_procedure(role: Role) -> dict[str, frozenset[Can]]:
    """What a role may do in each procedure that gives it a part."""
    return {procedure: rights[role] for procedure, rights in _of_procedures.items() if rights.get(role)}


def roles_with(right: Can, procedure: str) -> list[Role]:
    """The roles that hold a right in a procedure."""
    return [role for role in Role if right in rights_of(role, procedure)]
