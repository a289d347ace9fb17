"""Roles are code: a name, a sentence, a list of rights; reviewed in a diff (domain.md 2.1, 5; architecture.md 7)."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Can(StrEnum):
    """What a person may do in a house. Every permission question names one of these."""

    SEE_CASES = "see_cases"
    KEY_IN = "key_in"
    REVIEW = "review"
    VISA = "visa"
    ENDORSE = "endorse"
    SIGN = "sign"
    REASSIGN = "reassign"
    HAND_OVER = "hand_over"
    RETRY_WORK = "retry_work"
    MANAGE_PEOPLE = "manage_people"


class Role(models.TextChoices):
    """The five roles of a house that this product knows."""

    CLERK = "clerk", _("Funcționar")
    LEGAL_ADVISER = "legal_adviser", _("Consilier juridic")
    HEAD = "head", _("Șef serviciu")
    DIRECTOR = "director", _("Președinte – director general")
    ADMINISTRATOR = "administrator", _("Administrator de conturi")


DESCRIPTIONS = {
    Role.CLERK: _("Înregistrează cererile pe hârtie, verifică dosarele, cere completări și propune soluția."),
    Role.LEGAL_ADVISER: _("Dă viza de legalitate pe propunerile de respingere."),
    Role.HEAD: _("Avizează sau întoarce propunerile, repartizează dosarele."),
    Role.DIRECTOR: _("Semnează deciziile."),
    Role.ADMINISTRATOR: _("Acordă și încheie roluri în casa sa; nu lucrează dosare."),
}

RIGHTS: dict[Role, frozenset[Can]] = {
    Role.CLERK: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.REVIEW, Can.HAND_OVER}),
    Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES, Can.VISA}),
    Role.HEAD: frozenset({Can.SEE_CASES, Can.ENDORSE, Can.REASSIGN, Can.RETRY_WORK}),
    Role.DIRECTOR: frozenset({Can.SEE_CASES, Can.SIGN, Can.REASSIGN}),
    Role.ADMINISTRATOR: frozenset({Can.MANAGE_PEOPLE}),
}


def roles_with(right: Can) -> list[Role]:
    """The roles that hold a right."""
    return [role for role, rights in RIGHTS.items() if right in rights]
