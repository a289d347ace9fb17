"""What the applicant is told: mails, the path of the request in plain words; letters on paper stand in `letters`."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.models import User
from backoffice.romania.calendar import today
from notifications import kinds
from notifications.models import Document, Message
from notifications.services import documents, messages
from workflows import procedures
from workflows.enums import CLOSED, CaseState, Channel
from workflows.models import Case, Closure
from workflows.services import deliveries, letters, subjects


def write(
    case: Case, template: str, *, dedupe_key: str, attach: Iterable[Document] = (), **context: Any
) -> Message | None:
    """A mail about the case to whoever filed it: the account, else the address declared in the form, if it gives one.

    The same `dedupe_key` is the same mail. `context` holds labels only: no secret, no identity number. Only mails to an
    account have a link: nobody else could open the page.
    """
    owner = owner_of(case)
    address = owner.email if owner else subjects.subject_of(case).email
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


def notify(case: Case, template: str, *, dedupe_key: str, **context: Any) -> UUID:
    """Tell the applicant by mail, or by letter who gave no address; the public id of the mail or of the letter.

    `context` as for `write`.
    """
    if mail := write(case, template, dedupe_key=dedupe_key, **context):
        return mail.public_id
    return letters.notice(case, template, {"entry": str(case.entry), **context}).document.public_id


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
        dedupe_key=f"decision:{case.public_id}:{case.round}",
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
    """The account that filed the case online; what the house does about a case of an account is that account's too."""
    if case.filing.channel == Channel.ONLINE:
        return case.filing.owner
    return owner_of(case.about) if case.about else None


@transaction.atomic
def read(case: Case, document: Document, *, by: User) -> None:
    """The addressee opened a document: from its first reading a decision counts as communicated."""
    if document.read_at is None and documents.mark_read(document, by=by) and kinds.get(document.kind).is_decision:
        deliveries.read(document, by=by, today=today())


def path_of(case: Case) -> list[dict[str, Any]]:
    """The stages a request passes, with what is done, what is now, and what follows; no names of staff."""
    if case.closed_without_decision:
        return [
            {"title": _("Înregistrată"), "text": _("Ați primit numărul și termenul."), "state": "done"},
            {"title": case.state_label, "text": _("Cererea s-a închis fără o decizie a ei."), "state": "done"},
        ]
    received = (
        _("Ați primit numărul și termenul.") if case.filing.channel == Channel.ONLINE else _("Casa i-a dat număr.")
    )
    first, *middle, last = [procedures.get(case.procedure).stage(stage["code"]) for stage in case.stages]
    # Of the stages in between one line: that of the stage that every case passes.
    between = next((stage for stage in reversed(middle) if stage.only_on is None), None)
    order: list[tuple[tuple[str, ...], str, str]] = [
        ((), _("Înregistrată"), received),
        ((first.code, CaseState.COMPLETION), str(first.title), str(first.path)),
        *(
            [(tuple(stage.code for stage in middle), str(between.title), str(between.path))]
            if between
            else [((stage.code,), str(stage.title), str(stage.path)) for stage in middle]
        ),
        ((last.code,), str(last.title), str(last.path)),
        ((CaseState.ISSUING,), _("Emitere"), _("Decizia primește număr și sigiliu.")),
        (tuple(CLOSED), _("Decizie"), _("Decizia se citește din această pagină.")),
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
