"""What the applicant is told: letters, the path of the request in plain words, the proof that the decision was read."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from notifications import kinds
from notifications.models import Document, Message
from notifications.services import documents, messages
from workflows import procedures
from workflows.enums import CLOSED, CaseState, Channel
from workflows.models import Case
from workflows.services import filings


def write(case: Case, template: str, *, dedupe_key: str, attach: Iterable[Document] = (), **context: Any) -> Message:
    """A letter about the case to whoever filed it: the account, else the address declared in the form.

    The same `dedupe_key` is the same letter. `context` holds labels only: no secret, no identity number.
    """
    owner = owner_of(case)
    return messages.send(
        template,
        about=case.public_id,
        house=case.house,
        recipient=owner,
        address=owner.email if owner else filings.subject_of(case).email,
        language=owner.language if owner else "ro",
        context={"entry": str(case.entry), "link": reverse("workflows:my_case", args=[case.public_id]), **context},
        documents=attach,
        dedupe_key=dedupe_key,
    )


def tell_decided(case: Case, decision: Document) -> None:
    """An account is told where to read; an address without account gets the decision itself (no secret in it)."""
    has_account = owner_of(case) is not None
    write(
        case,
        "decision_ready" if has_account else "decision_attached",
        attach=[] if has_account else [decision],
        note=str(procedures.get(case.procedure).letter_note),
        dedupe_key=f"decision:{case.public_id}:{case.round}",
    )


def owner_of(case: Case) -> User | None:
    """The account that filed the case online; what the house does about a case of an account is that account's too."""
    if case.filing.channel == Channel.ONLINE:
        return case.filing.owner
    return owner_of(case.about) if case.about else None


@transaction.atomic
def read(case: Case, document: Document, *, by: User) -> None:
    """The addressee opened a document: the decision counts as communicated from its first reading."""
    if document.read_at is None:
        documents.mark_read(document, by=by)
    if kinds.get(document.kind).is_decision:
        communicated(case)


def communicated(case: Case) -> None:
    """The decision has reached its addressee; the first time counts."""
    Case.objects.filter(pk=case.pk, communicated_at__isnull=True).update(communicated_at=Now())


def path_of(case: Case) -> list[dict[str, Any]]:
    """The stages a request passes, with what is done, what is now, and what follows; no names of staff."""
    received = (
        _("Ați primit numărul și termenul.") if case.filing.channel == Channel.ONLINE else _("Casa i-a dat număr.")
    )
    first, *middle, last = [stage["code"] for stage in case.stages]
    order: list[tuple[tuple[str, ...], str, str]] = [
        ((), _("Înregistrată"), received),
        ((first, CaseState.COMPLETION), _("Verificare"), _("Un funcționar verifică datele și propune soluția.")),
        (tuple(middle), _("Aviz"), _("A doua persoană verifică propunerea.")),
        ((last,), _("Semnătură"), _("Președintele – director general semnează decizia.")),
        ((CaseState.ISSUING,), _("Emitere"), _("Decizia primește număr și sigiliu.")),
        (tuple(CLOSED), _("Decizie"), _("Decizia se citește din această pagină.")),
    ]
    order = [step for step in order if step[0] != () or step is order[0]]
    current = next(i for i, (states, *_rest) in enumerate(order) if case.state in states)
    return [
        {
            "title": title,
            "text": text,
            "state": "done" if i < current or case.is_closed else "current" if i == current else "todo",
        }
        for i, (_states, title, text) in enumerate(order)
    ]
