"""Choices of the enrolment room: English values, Romanian labels, and the groups that rules use (style.md 20)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a request came in; the last three are keyed in by a clerk (intake.md)."""

    ONLINE = "online", _("Portal")
    COUNTER = "counter", _("Ghișeu")
    POST = "post", _("Poștă")
    EMAIL = "email", _("E-mail")


PAPER = (Channel.COUNTER, Channel.POST, Channel.EMAIL)


class State(models.TextChoices):
    """Where a case stands, named by what it waits for."""

    REVIEW = "review", _("În verificare")
    COMPLETION = "completion", _("Așteaptă completări")
    VISA = "visa", _("Așteaptă viza juridică")
    ENDORSEMENT = "endorsement", _("Așteaptă avizul")
    SIGNATURE = "signature", _("Așteaptă semnătura")
    ISSUING = "issuing", _("Se emite decizia")
    APPROVED = "approved", _("Aprobată")
    REJECTED = "rejected", _("Respinsă")


CLOSED = frozenset({State.APPROVED, State.REJECTED})
OPEN = frozenset(State) - CLOSED


class Stage(models.TextChoices):
    """The stages of a decision; the visa is asked on rejections only (architecture.md 7)."""

    PROPOSE = "propose", _("Propunere (referat)")
    VISA = "visa", _("Viză juridică")
    ENDORSE = "endorse", _("Aviz")
    SIGN = "sign", _("Semnătură")


class Outcome(models.TextChoices):
    """What one person decided at one stage."""

    APPROVE = "approve", _("Aprobare")
    REJECT = "reject", _("Respingere")
    RETURN = "return", _("Întoarcere la verificare")


class Capacity(models.TextChoices):
    """In what capacity a person is a party to a case: none of them may decide it (architecture.md 7)."""

    FILER = "filer", _("Depunător")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Reprezentant legal")
    PHYSICIAN = "physician", _("Medic declarat")


class EnrolmentState(models.TextChoices):
    """The life of what was asked for, after the decision."""

    APPROVED = "approved", _("Aprobată, în curs de emitere")
    ISSUED = "issued", _("Emisă, cheia nu a fost deschisă")
    ACTIVE = "active", _("Activă")
    CLOSED = "closed", _("Încheiată")


class EntryKind(models.TextChoices):
    """Entries of the house's one registry series (domain.md 9)."""

    ENTRY = "entry", _("Intrare")
    EXIT = "exit", _("Ieșire")
