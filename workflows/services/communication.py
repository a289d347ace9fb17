"""What the applicant is told: letters, the path of the request in plain words, the proof that the decision was read."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from notifications import kinds
from notifications.models import Document, Message
from notifications.services import documents, messages
from workflows import procedures
from workflows.enums import CaseState, Channel
from workflows.models import Case, Closure


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
        address=owner.email if owner else procedures.get(case.procedure).subject(case.content).email,
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
        dedupe_key=f"decision:{case.public_id}",
    )
    for joined in joined_to(case):
        _tell_joined(joined, case, decision)


def joined_to(case: Case) -> list[Case]:
    """The cases that get one answer with this one: those joined to it, and those joined to them."""
    rows = Closure.objects.filter(into=case).select_related("case__filing__owner", "case__house", "case__entry")
    return [each for row in rows for each in (row.case, *joined_to(row.case))]


def end_of_main(case: Case) -> Closure | None:
    """How the case to which this one is joined ended, where it ended without a decision too: no answer comes then."""
    into = case.closures.filter(into__isnull=False).values("into")[:1]
    return Closure.objects.filter(case=Subquery(into)).last()


def _tell_joined(joined: Case, main: Case, decision: Document) -> None:
    """The one answer, for the filer of a joined case: where it is read, or the decision itself."""
    owner = owner_of(joined)
    reads_there = owner is not None and owner == owner_of(main)
    write(
        joined,
        "decision_joined",
        attach=[] if reads_there else [decision],
        main=str(main.entry),
        link=reverse("workflows:my_case", args=[main.public_id]) if reads_there else "",
        dedupe_key=f"decision:{main.public_id}:{joined.public_id}",
    )


def owner_of(case: Case) -> User | None:
    """The account that filed the case online."""
    return case.filing.owner if case.filing.channel == Channel.ONLINE else None


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
    if case.closed_without_decision:
        return [
            {"title": _("Înregistrată"), "text": _("Ați primit numărul și termenul."), "state": "done"},
            {"title": case.state_label, "text": _("Cererea s-a închis fără o decizie a ei."), "state": "done"},
        ]
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
