"""What the applicant is told: mails, the path of the request in plain words; letters on paper stand in `letters`."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.romania.calendar import today
from notifications import kinds
from notifications.models import Document, Message
from notifications.services import documents, messages
from workflows import procedures
from workflows.enums import CaseState, Channel
from workflows.models import Case
from workflows.services import deliveries


def write(
    case: Case, template: str, *, dedupe_key: str, attach: Iterable[Document] = (), **context: Any
) -> Message | None:
    """A mail about the case to whoever filed it: the account, else the address declared in the form, if it gives one.

    The same `dedupe_key` is the same mail. `context` holds labels only: no secret, no identity number. Only mails to an
    account have a link: nobody else could open the page.
    """
    owner = owner_of(case)
    address = owner.email if owner else procedures.get(case.procedure).subject(case.content).email
    if not address:
        return None
    link = {"link": reverse("workflows:my_case", args=[case.public_id])} if owner else {}
    return messages.send(
        template,
        about=case.public_id,
        house=case.house,
        recipient=owner,
        address=address,
        language=owner.language if owner else "ro",
        context={"entry": str(case.entry), **link, **context},
        documents=attach,
        dedupe_key=dedupe_key,
    )


def tell_decided(case: Case, decision: Document) -> None:
    """An account is told where to read; an address without account gets the decision itself (no secret in it).

    Until a fact says that the decision has reached its addressee, it is to be posted or handed over.
    """
    has_account = owner_of(case) is not None
    deliveries.await_reader(case, decision, has_account=has_account)
    write(
        case,
        "decision_ready" if has_account else "decision_attached",
        attach=[] if has_account else [decision],
        note=str(procedures.get(case.procedure).letter_note),
        dedupe_key=f"decision:{case.public_id}",
    )


def owner_of(case: Case) -> User | None:
    """The account that filed the case online."""
    return case.filing.owner if case.filing.channel == Channel.ONLINE else None


@transaction.atomic
def read(case: Case, document: Document, *, by: User) -> None:
    """The addressee opened a document: from its first reading a decision counts as communicated."""
    if document.read_at is None and documents.mark_read(document, by=by) and kinds.get(document.kind).is_decision:
        deliveries.read(document, by=by, today=today())


def path_of(case: Case) -> list[dict[str, Any]]:
    """The stages a request passes, with what is done, what is now, and what follows; no names of staff."""
    first, *middle, last = [stage["code"] for stage in case.stages]
    order: list[tuple[tuple[str, ...], str, str]] = [
        ((), _("Înregistrată"), _("Ați primit numărul și termenul.")),
        ((first, CaseState.COMPLETION), _("Verificare"), _("Un funcționar verifică datele și propune soluția.")),
        (tuple(middle), _("Aviz"), _("A doua persoană verifică propunerea.")),
        ((last,), _("Semnătură"), _("Președintele – director general semnează decizia.")),
        ((CaseState.ISSUING,), _("Emitere"), _("Decizia primește număr și sigiliu.")),
        ((CaseState.APPROVED, CaseState.REJECTED), _("Decizie"), _("Decizia se citește din această pagină.")),
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
