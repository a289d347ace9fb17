"""Choices that every case has: English values, Romanian labels, and the groups that rules use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a case began: online, on paper keyed in by a clerk, or by the house of its own motion."""

    ONLINE = "online", _("Portal")
    COUNTER = "counter", _("Ghișeu")
    POST = "post", _("Poștă")
    EMAIL = "email", _("E-mail")
    OFFICE = "office", _("Din oficiu")


PAPER = (Channel.COUNTER, Channel.POST, Channel.EMAIL)
KEYED_IN = (*PAPER, Channel.OFFICE)


class CommunicationChannel(models.TextChoices):
    """How a document reached its addressee."""

    ONLINE = "online", _("citit în cont")
    POST = "post", _("prin poștă, cu confirmare de primire")
    HANDED_OVER = "handed_over", _("înmânat la ghișeu")


class CaseState(models.TextChoices):
    """Where a case stands when it waits for no stage; while it waits for one, its state is the stage's code."""

    COMPLETION = "completion", _("Așteaptă completări")
    ISSUING = "issuing", _("Se emite decizia")
    APPROVED = "approved", _("Aprobată")
    REJECTED = "rejected", _("Respinsă")
    REVOKED = "revoked", _("Decizie retrasă")
    JOINED = "joined", _("Conexată")
    FILED = "filed", _("Clasată")
    WITHDRAWN = "withdrawn", _("Retrasă")


# A decision stands.
DECIDED = frozenset({CaseState.APPROVED, CaseState.REJECTED})
# Over without a decision of its own: joined to another case, closed by the head, withdrawn by who filed it.
WITHOUT_DECISION = frozenset({CaseState.JOINED, CaseState.FILED, CaseState.WITHDRAWN})
# Nobody's turn any more.
CLOSED = DECIDED | {CaseState.REVOKED} | WITHOUT_DECISION


class Outcome(models.TextChoices):
    """What one person decided at one stage."""

    APPROVE = "approve", _("Aprobare")
    REJECT = "reject", _("Respingere")
    RETURN = "return", _("Întoarcere la verificare")


# In what capacity a person is a party: who filed is one in every procedure, the others each procedure names.
FILER = "filer"


class EntryKind(models.TextChoices):
    """Entries of the house's one registry series."""

    ENTRY = "entry", _("Intrare")
    EXIT = "exit", _("Ieșire")
