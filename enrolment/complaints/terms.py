"""How long there is to complain: 30 days from communication (Legea 554/2004 art. 7). Pure but for the words."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.romania.calendar import legal_due_date
from workflows.grounds import COMPLAINT

DAYS = COMPLAINT.days


@dataclass(frozen=True)
class Term:
    """The term of a complaint: the day on which the decision was communicated, and the last day to file."""

    begins_on: date
    ends_on: date

    def late_by(self, filed_on: date) -> int:
        """How many days after the last one it was filed; 0 in time."""
        return max((filed_on - self.ends_on).days, 0)


def term_of(communicated_on: date | None) -> Term | None:
    """The term that runs from the communication; None while nothing was communicated.

    One that ends on a free day ends on the next working day.
    """
    if communicated_on is None:
        return None
    return Term(communicated_on, legal_due_date(communicated_on, DAYS))


def in_words(term: Term | None, today: date) -> str:
    """The term as a sentence for whoever wants to complain on that day."""
    if term is None:
        return _(
            "Plângerea se poate face de acum. Termenul de 30 de zile începe abia când decizia ajunge la cel căruia "
            "i se adresează."
        )
    last = date_format(term.ends_on, "l, j F Y")
    if late := term.late_by(today):
        return ngettext(
            "Termenul de 30 de zile de la comunicare s-a încheiat {last}, acum {n} zi. Plângerea se primește și "
            "acum, dar poate fi respinsă ca tardivă.",
            "Termenul de 30 de zile de la comunicare s-a încheiat {last}, acum {n} zile. Plângerea se primește și "
            "acum, dar poate fi respinsă ca tardivă.",
            late,
        ).format(last=last, n=late)
    left = (term.ends_on - today).days
    if left == 0:
        return _("Astăzi este ultima zi din cele 30 de la comunicarea deciziei.")
    return ngettext(
        "Plângerea se face în 30 de zile de la comunicare, cel târziu {last}: mai este {n} zi.",
        "Plângerea se face în 30 de zile de la comunicare, cel târziu {last}: mai sunt {n} zile.",
        left,
    ).format(last=last, n=left)
