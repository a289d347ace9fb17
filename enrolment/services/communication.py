"""What the applicant is told: the path of the request in plain words, and the proof that the decision was read."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from enrolment.enums import State
from enrolment.models import Case
from notifications.models import Document, DocumentKind
from notifications.services import documents


@transaction.atomic
def read(case: Case, act: Document, *, by: User) -> None:
    """The addressee opened an act: the decision counts as communicated from its first reading (architecture.md 7)."""
    if act.read_at is None:
        documents.mark_read(act, by=by)
    if act.kind in (DocumentKind.APPROVAL, DocumentKind.REJECTION):
        Case.objects.filter(pk=case.pk, communicated_at__isnull=True).update(communicated_at=Now())


def path_of(case: Case) -> list[dict]:
    """The stages a request passes, with what is done, what is now, and what follows; no names of staff."""
    order = [
        ((), _("Înregistrată"), _("Ați primit numărul și termenul.")),
        ((State.REVIEW, State.COMPLETION), _("Verificare"), _("Un funcționar verifică datele și propune soluția.")),
        ((State.VISA, State.ENDORSEMENT), _("Aviz"), _("A doua persoană verifică propunerea.")),
        ((State.SIGNATURE,), _("Semnătură"), _("Președintele – director general semnează decizia.")),
        ((State.ISSUING,), _("Emitere"), _("Decizia primește număr și sigiliu.")),
        ((State.APPROVED, State.REJECTED), _("Decizie"), _("Decizia se citește din această pagină.")),
    ]
    current = next(i for i, (states, *_rest) in enumerate(order) if case.state in states)
    return [
        {
            "title": title,
            "text": text,
            "state": "done" if i < current or case.is_closed else "current" if i == current else "todo",
        }
        for i, (_states, title, text) in enumerate(order)
    ]
