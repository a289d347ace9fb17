"""What reached whom, when and how: facts with a day and a channel, and the list of what has not reached anybody yet.

A wrong fact is never changed: another row cancels it and says why. The day on which a decision was communicated is the
earliest day of its facts.
"""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Min, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backoffice.accounts import access
from backoffice.accounts.access import Grants
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from notifications import kinds
from notifications.models import Document
from workflows.enums import CommunicationChannel
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Case, Communication, Delivery

# A house rule: who has an account is given this long to read a decision before it is posted.
DAYS_TO_READ = 10


def await_reader(case: Case, decision: Document, *, has_account: bool) -> Delivery:
    """A sealed decision is to reach whoever asked: at once on paper, after some days where it can be read online."""
    day = decision.day or case.due_on
    return Delivery.objects.create(
        document=decision,
        house=case.house,
        procedure=case.procedure,
        filing=case.filing,
        case=case,
        entry=case.entry,
        subject_name=case.subject_name,
        since=day + timedelta(days=DAYS_TO_READ) if has_account else day,
    )


def waiting(house: House, grants: Grants, *, today: date) -> QuerySet[Delivery]:
    """What somebody of the house has to post or hand over now, as far as this person may do it."""
    allowed = grants.procedures_with(Can.HAND_OVER, house)
    return Delivery.objects.filter(house=house, procedure__in=allowed, reached_at__isnull=True, since__lte=today)


def facts_of(document: Document) -> list[Communication]:
    """Every fact about one document, cancelled ones too, oldest first."""
    found = Communication.objects.filter(document=document, cancels__isnull=True)
    return list(found.select_related("recorded_by__person", "cancelled_by__recorded_by__person"))


def communicated_on(case: Case) -> date | None:
    """The day on which the decision that stands was communicated: the earliest of its facts, if there is one."""
    decisions = [
        document.pk
        for document in Document.objects.filter(about=case.public_id, superseded_by__isnull=True).only("kind")
        if kinds.get(document.kind).is_decision
    ]
    return _standing(decisions).aggregate(first=Min("day"))["first"]


@transaction.atomic
def posted(delivery: Delivery, *, by: User, day: date, confirmation: str, today: date) -> Communication:
    """The addressee has signed for the letter: the number and the day of the postal confirmation of receipt."""
    confirmation = confirmation.strip()
    if not confirmation:
        raise Refused(_("Scrieți numărul confirmării de primire, așa cum este tipărit pe ea."))
    return _record(delivery, by=by, channel=CommunicationChannel.POST, day=day, today=today, confirmation=confirmation)


@transaction.atomic
def handed_over(delivery: Delivery, *, by: User, day: date, to: str, today: date) -> Communication:
    """Somebody took the paper at the counter; `to` says who, in words."""
    if not to.strip():
        raise Refused(_("Scrieți cui i s-a înmânat actul: numele și calitatea."))
    return _record(delivery, by=by, channel=CommunicationChannel.HANDED_OVER, day=day, today=today, words=to.strip())


@transaction.atomic
def read(document: Document, *, by: User, today: date) -> None:
    """The addressee has opened the document in the account."""
    fact = Communication.objects.create(
        document=document, house=document.house, channel=CommunicationChannel.ONLINE, day=today, recorded_by=by
    )
    Delivery.objects.filter(document=document).update(reached_at=Now())
    log.record("document.communicated", on=document, by=by, house=document.house, channel=str(fact.channel))


@transaction.atomic
def cancel(fact: Communication, *, by: User, why: str, today: date) -> Communication:
    """A fact that was written down wrongly counts no more; a row of its own says so, and why."""
    delivery = _locked(Delivery.objects.get(document=fact.document), by)
    if not why.strip():
        raise Refused(_("Scrieți de ce se anulează consemnarea."))
    if fact.channel == CommunicationChannel.ONLINE:
        raise Refused(_("Citirea în cont este scrisă de sistem și nu se anulează."))
    if not fact.stands:
        raise Refused(_("Consemnarea este anulată deja."))
    row = Communication.objects.create(
        document=fact.document,
        house=fact.house,
        channel=fact.channel,
        day=today,
        words=why.strip(),
        cancels=fact,
        recorded_by=by,
    )
    if not _standing([fact.document_id]).exists():
        Delivery.objects.filter(pk=delivery.pk).update(reached_at=None)
    log.record("document.communication_cancelled", on=fact.document, by=by, house=fact.house, fact=fact.pk)
    return row


def _record(delivery: Delivery, *, by: User, channel: str, day: date, today: date, **facts: str) -> Communication:
    document = _locked(delivery, by).document
    if document.sealed_at is None or document.day is None:
        raise Refused(_("Actul nu este încă emis: reveniți după ce primește număr și sigiliu."))
    if day > today:
        raise Refused(_("Ziua este în viitor: scrieți ziua în care actul a ajuns la destinatar."))
    if day < document.day:
        told = _("Actul poartă data {day}; nu a putut ajunge la destinatar înainte: verificați ziua.")
        raise Refused(told.format(day=f"{document.day:%d.%m.%Y}"))
    with constraints_as_sentences(Communication), transaction.atomic():
        fact = Communication.objects.create(
            document=document, house=document.house, channel=channel, day=day, recorded_by=by, **facts
        )
    Delivery.objects.filter(pk=delivery.pk).update(reached_at=Now())
    log.record("document.communicated", on=document, by=by, house=document.house, channel=str(channel))
    return fact


def _locked(delivery: Delivery, by: User) -> Delivery:
    """The row under its lock, for a person who may hand documents over today. Raises `PermissionDenied`."""
    access.demand(by, Can.HAND_OVER, delivery.house_id, delivery.procedure)
    found = Delivery.objects.select_for_update(of=("self",)).select_related("document__house")
    return found.get(pk=delivery.pk)


def _standing(documents: list[int]) -> QuerySet[Communication]:
    return Communication.objects.filter(document__in=documents, cancels__isnull=True, cancelled_by__isnull=True)
