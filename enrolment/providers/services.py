"""What a provider holds after an approval: the enrolment, and the licence key that its holder opens once."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Exists
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.accounts import access
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.crypto import keys
from backoffice.jobs.registry import Permanent
from backoffice.romania.calendar import today
from enrolment.providers import licence
from enrolment.providers.models import DataChange, Enrolment, EnrolmentState, LicenceKey
from notifications.models import Document
from notifications.services import documents
from workflows.enums import CLOSED, CaseState, Channel
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Case
from workflows.services import communication


def enrol(case: Case) -> Enrolment:
    """A provider is enrolled: from the signature on. Raises `Refused` when the house has enrolled it already."""
    with constraints_as_sentences(Enrolment):
        return Enrolment.objects.create(
            case=case, house=case.house, provider_uic=case.subject_key, provider_name=case.subject_name
        )


def enrolment_of(case: Case) -> Enrolment | None:
    """The newest enrolment made by this case, or by the one that it is about; it may have ended."""
    held = Enrolment.objects.filter(case=case.about_id or case.pk)
    return held.select_related("case__filing__owner", "case__house", "house", "ended_by__entry").order_by("pk").last()


def lock_living(case: Case) -> Enrolment:
    """The enrolment that this case is about, locked until this transaction ends.

    Raises `Refused` when it has ended, when its end is decided, or when another request about it is being issued.
    """
    found = enrolment_of(case)
    if found is None:
        raise Refused(why_not_living(None))
    found = Enrolment.objects.select_for_update(of=("self",)).select_related("house", "case").get(pk=found.pk)
    if sentence := why_not_living(found):
        raise Refused(sentence)
    issuing = Case.objects.filter(about=found.case_id, state=CaseState.ISSUING, procedure__startswith="providers_")
    if issuing.exclude(pk=case.pk).exists():
        raise Refused(_("Se emite chiar acum un alt act despre această înrolare. Reîncercați peste câteva minute."))
    return found


def why_not_living(enrolment: Enrolment | None) -> str:
    """Why nothing can be asked or granted about an enrolment any more; empty while it stands."""
    if enrolment is None or enrolment.ended_at:
        return _("Înrolarea a încetat. Furnizorul poate depune oricând o cerere nouă de înrolare.")
    if enrolment.ends_on:
        return _("Încetarea înrolării este hotărâtă: are loc la {day}.").format(
            day=date_format(enrolment.ends_on, "j F Y")
        )
    return ""


def is_taken(house: House, uic: str, *, besides: Case | None = None) -> bool:
    """An enrolment, or another open case, of the same fiscal code at the same house."""
    held = Enrolment.objects.filter(house=house, provider_uic=uic, ended_at__isnull=True)
    pending = Case.objects.filter(house=house, procedure="providers", subject_key=uic).exclude(state__in=CLOSED)
    if besides is not None:
        held, pending = held.exclude(case=besides), pending.exclude(pk=besides.pk)
    return House.objects.filter(Exists(held) | Exists(pending), pk=house.pk).exists()


def issue(case: Case, *, key: str) -> LicenceKey:
    """Store a fresh key: its keyed verifier for good, itself in an envelope. Runs in the issuing transaction.

    The key that the provider had is blocked in the same moment. Constraints refuse a second live key and a key
    without its decisions.
    """
    enrolment = enrolment_of(case)
    if enrolment is None or enrolment.ended_at:
        raise Permanent("enrolment_ended")
    house = enrolment.house
    block(enrolment, because=case)
    made = LicenceKey(
        enrolment=enrolment,
        case=case,
        house=house,
        provider_uic=enrolment.provider_uic,
        verifier=licence.verifier(key, keys.secret("verifier_key")),
        mask=licence.mask(key),
        envelope=key.encode(),
    )
    made.save()
    Enrolment.objects.filter(pk=enrolment.pk, state=EnrolmentState.APPROVED).update(state=EnrolmentState.ISSUED)
    log.record("licence.issued", on=made, by=None, house=house)
    return made


def block(enrolment: Enrolment, *, because: Case) -> int:
    """Block the live key of an enrolment, along a request about it, and destroy its envelope. How many: one or none."""
    live = list(LicenceKey.objects.filter(enrolment=enrolment, blocked_at__isnull=True).only("pk", "house"))
    for key in live:
        LicenceKey.objects.filter(pk=key.pk).update(blocked_at=Now(), blocked_by=because, envelope=None)
        log.record("licence.blocked", on=key, by=None, house=enrolment.house, because=str(because.entry))
    return len(live)


def block_of(case: Case) -> None:
    """The decision that brought a key was withdrawn: this key is blocked; one that was blocked before stays so."""
    key = LicenceKey.objects.select_related("enrolment").filter(case=case, blocked_at__isnull=True).first()
    if key is not None:
        reviews = Case.objects.select_related("entry").filter(about=case, reviews=True, state=CaseState.APPROVED)
        block(key.enrolment, because=reviews.latest("pk"))


def replace_conventions(enrolment: Enrolment, *, by: Document) -> None:
    """The conventions issued so far for an enrolment no longer hold: `by` stands in their place."""
    cases = Case.objects.filter(licence_keys__enrolment=enrolment).values_list("public_id", flat=True)
    documents.supersede_kind(kind="providers.convention", about=list(cases), by=by)


def change_data(case: Case) -> DataChange:
    """From now on the content of this approved change is that of its enrolment. Runs in the issuing transaction."""
    enrolment = enrolment_of(case)
    if enrolment is None or enrolment.ended_at:
        raise Permanent("enrolment_ended")
    made = DataChange.objects.create(enrolment=enrolment, house=enrolment.house, case=case)
    Enrolment.objects.filter(pk=enrolment.pk).update(provider_name=case.content["provider"]["name"])
    log.record("enrolment.changed", on=enrolment, by=None, house=enrolment.house, because=str(case.entry))
    return made


def content_before(enrolment: Enrolment, case: Case) -> dict:
    """The data that a change starts from: those that hold, or that held when this change was approved."""
    standing = enrolment.data_changes.filter(withdrawn_at__isnull=True).select_related("case")
    own = standing.filter(case=case).first()
    former = standing.filter(pk__lt=own.pk).last() if own else standing.last()
    return (former.case if former else enrolment.case).content


def undo_change(case: Case) -> None:
    """The decision of a change was withdrawn: what held before it holds again, unless another change came after it."""
    change = case.data_changes.filter(withdrawn_at__isnull=True).select_related("enrolment__house").first()
    if change is None or change.enrolment.ended_at:
        return
    DataChange.objects.filter(pk=change.pk).update(withdrawn_at=Now())
    name = change.enrolment.content["provider"]["name"]
    Enrolment.objects.filter(pk=change.enrolment_id).update(provider_name=name)
    log.record("enrolment.changed", on=change.enrolment, by=None, house=change.house, because=str(case.entry))


def set_end(case: Case, *, on: date) -> None:
    """The signed withdrawal of an enrolment says its last day. Raises `Refused` when it does not stand any more."""
    enrolment = lock_living(case)
    Enrolment.objects.filter(pk=enrolment.pk).update(ends_on=on, ended_by=case)


def clear_end(case: Case) -> None:
    """The decision that ends an enrolment was withdrawn before the day came: it goes on."""
    Enrolment.objects.filter(ended_by=case, ended_at__isnull=True).update(ends_on=None, ended_by=None)


def end(enrolment: Enrolment, *, because: Case, act: Document) -> None:
    """An enrolment is over: its key is blocked, its convention says by which act."""
    changed = Enrolment.objects.filter(pk=enrolment.pk, ended_at__isnull=True).update(
        state=EnrolmentState.ENDED, ends_on=enrolment.ends_on or today(), ended_by=because, ended_at=Now()
    )
    if not changed:
        return
    block(enrolment, because=because)
    replace_conventions(enrolment, by=act)
    log.record("enrolment.ended", on=enrolment, by=None, house=enrolment.house, because=str(because.entry))


def end_with_decision(case: Case) -> None:
    """The decision of the enrolment itself was withdrawn: the enrolment ends with it.

    Runs in the withdrawing transaction, after the documents of the case have been marked with the act that says so.
    """
    enrolment = enrolment_of(case)
    if enrolment is None or enrolment.ended_at:
        return
    approval = Document.objects.get(about=case.public_id, kind="providers.approval", occasion=case.round)
    act = Document.objects.get(pk=approval.superseded_by_id)
    because = Case.objects.select_related("entry").get(public_id=act.about)
    enrolment.ends_on = today()
    end(enrolment, because=because, act=act)


@transaction.atomic
def open_once(key: LicenceKey, *, by: User) -> str:
    """The key in clear, for its holder, once: the envelope is destroyed in the same statement that reads it.

    Raises `Refused` for anyone else and for a second opening. The step-up is the view's to ask for.
    """
    if by.pk not in [case.filing.owner_id for case in (key.enrolment.case, key.case) if _is_online(case)]:
        raise Refused(_("Cheia o poate deschide numai cel care a depus cererea."))
    return _open(key, by=by, event="licence.opened")


@transaction.atomic
def hand_over(key: LicenceKey, *, by: User) -> str:
    """The key in clear for the one print that a clerk hands over at the counter, for requests that came on paper."""
    access.demand(by, Can.HAND_OVER, key.house, key.enrolment.case.procedure)
    if _is_online(key.case):
        raise Refused(_("Cererea a fost depusă online: cheia o deschide solicitantul, din contul său."))
    return _open(key, by=by, event="licence.handed_over")


def matches(key: LicenceKey, typed: str) -> bool:
    """Is this the key? Answered for good, without the key being kept, also after the secret was changed."""
    return any(licence.matches(typed, secret, bytes(key.verifier)) for secret in keys.secrets_of("verifier_key"))


def _is_online(case: Case) -> bool:
    return case.filing.channel == Channel.ONLINE


def _open(key: LicenceKey, *, by: User, event: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """with sealed as (select id, envelope from providers_licencekey
                               where id = %s and opened_at is null and blocked_at is null for update)
               update providers_licencekey as k set envelope = null, opened_at = now(), opened_by_id = %s
               from sealed where k.id = sealed.id returning sealed.envelope""",
            [key.pk, by.pk],
        )
        row = cursor.fetchone()
    if row is None and LicenceKey.objects.filter(pk=key.pk, blocked_at__isnull=False).exists():
        raise Refused(_("Cheia este blocată și nu mai poate fi afișată."))
    if row is None:
        raise Refused(_("Cheia a fost deja deschisă și nu mai poate fi afișată."))
    Enrolment.objects.filter(pk=key.enrolment_id, state=EnrolmentState.ISSUED).update(
        state=EnrolmentState.ACTIVE, active_at=Now()
    )
    communication.communicated(key.enrolment.case)
    log.record(event, on=key, by=by, house=key.house)
    return LicenceKey._meta.get_field("envelope").open(row[0], key).decode()  # type: ignore[attr-defined]
