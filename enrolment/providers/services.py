"""What a provider holds after an approval: the enrolment, and the licence key that its holder opens once."""

from datetime import date
from typing import Any

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
from backoffice.romania.text import sort_key
from enrolment.providers import licence
from enrolment.providers.models import DataChange, EnrolledPhysician, Enrolment, EnrolmentState, LicenceKey
from notifications.models import Document
from notifications.services import documents
from workflows.enums import CLOSED, CaseState, Channel
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Case, Party
from workflows.procedures import Finding


def enrol(case: Case) -> Enrolment:
    """A provider is enrolled with its representative and physicians: from the signature on.

    Where no licence key was asked for, it is active at once: nothing else has to be opened or handed over.
    Raises `Refused` when the house has enrolled it already.
    """
    content = case.content
    known = {party.person.cnp: party.person for party in case.parties.select_related("person")}
    active = {} if content["wants_licence_key"] else {"state": EnrolmentState.ACTIVE, "active_at": Now()}
    with constraints_as_sentences(Enrolment):
        enrolment = Enrolment.objects.create(
            case=case,
            house=case.house,
            provider_uic=case.subject_key,
            provider_name=case.subject_name,
            name_key=sort_key(case.subject_name)[:160],
            representative=known[content["legal_representative"]["cnp"]],
            **active,
        )
    _name_people(enrolment, content, {cnp: person.pk for cnp, person in known.items()})
    return enrolment


def _name_people(enrolment: Enrolment, content: dict[str, Any], known: dict[str, int]) -> None:
    """Who is enrolled from today on, by this content; who is no longer named ends today. `known`: persons by CNP."""
    named = {(known[who["cnp"]], who["stamp_code"]) for who in content["physicians"]}
    standing = {(row.person_id, row.stamp_code): row for row in enrolment.physicians.filter(until__isnull=True)}
    gone = [row.pk for key, row in standing.items() if key not in named]
    EnrolledPhysician.objects.filter(pk__in=gone).update(until=today())
    EnrolledPhysician.objects.bulk_create(
        EnrolledPhysician(
            enrolment=enrolment, house_id=enrolment.house_id, person_id=person, stamp_code=stamp, since=today()
        )
        for person, stamp in sorted(named - standing.keys())
    )


def _follow_content(enrolment: Enrolment) -> None:
    """What is written down about an enrolment says what its content in force says."""
    content = enrolment.content
    parties = Party.objects.filter(case__in={enrolment.case_id, enrolment.content_case.pk}).select_related("person")
    known = {party.person.cnp: party.person_id for party in parties}
    name = content["provider"]["name"]
    Enrolment.objects.filter(pk=enrolment.pk).update(
        provider_name=name,
        name_key=sort_key(name)[:160],
        representative=known[content["legal_representative"]["cnp"]],
    )
    _name_people(enrolment, content, known)


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


def taken_by(house: House, uic: str, *, besides: Case | None = None) -> dict[str, str] | None:
    """The enrolment, or else the other pending case, of the same fiscal code at the same house: which, and its number.

    Facts of a finding: `fact` is `active`, `approved` or `pending`, `number` that of the case.
    """
    if not uic:  # a paper that names no code is like no other
        return None
    held = Enrolment.objects.filter(house=house, provider_uic=uic, ended_at__isnull=True)
    pending = Case.objects.filter(house=house, procedure="providers", subject_key=uic).exclude(state__in=CLOSED)
    if besides is not None:
        held, pending = held.exclude(case=besides), pending.exclude(pk=besides.pk)
    if not House.objects.filter(Exists(held) | Exists(pending), pk=house.pk).exists():
        return None
    if enrolment := held.select_related("case__entry").first():
        fact = "active" if enrolment.state == EnrolmentState.ACTIVE else "approved"
        return {"fact": fact, "number": str(enrolment.case.entry)}
    other = pending.select_related("entry").order_by("pk").first()
    return {"fact": "pending", "number": str(other.entry)} if other else None


def approved_otherwise(case: Case, content: dict[str, Any]) -> list[Finding]:
    """What approved enrolments, of any house, say otherwise than this content (R03, R04, R08): facts for the clerk.

    Asked of one definer function, which answers for a case of a house in the context of the transaction, and about its
    own parties only: with a code, a house, and the number of its decision.
    """
    named = [content["legal_representative"], *content["physicians"]]
    by_cnp = {party.person.cnp: party.person_id for party in case.parties.select_related("person")}
    people = [by_cnp.get(who["cnp"]) for who in named]
    filer = case.filing.owner.person_id if case.filing.channel == Channel.ONLINE and case.filing.owner else None
    with connection.cursor() as cursor:
        cursor.execute(
            "select fact, place, house, number from approved_otherwise(%s, %s, %s, %s, %s::bigint[], %s::text[])",
            [
                case.pk,
                sort_key(content["provider"]["name"])[:160] if content["provider"]["name"] else None,
                people[0],
                filer,
                people[1:],
                [who["stamp_code"] for who in content["physicians"]],
            ],
        )
        rows = cursor.fetchall()
    return [_otherwise(content, *row) for row in rows]


def _otherwise(content: dict[str, Any], fact: str, place: int | None, house: str, number: str) -> Finding:
    facts = {"fact": fact, "house": house, "number": number}
    if fact == "other_name":
        return Finding("R04", "provider.name", facts | {"uic": content["provider"]["uic"]})
    if place is None:
        return Finding("R03", "legal_representative", facts)
    who = content["physicians"][place]
    name = f"{(who['last_name'] or '').upper()} {who['first_name'] or ''}".strip()
    return Finding("R08", f"physicians[{place}].stamp_code", facts | {"name": name, "stamp": who["stamp_code"]})


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
    _follow_content(enrolment)
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
    _follow_content(change.enrolment)
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
    enrolment.physicians.filter(until__isnull=True).update(until=today())
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
    log.record(event, on=key, by=by, house=key.house)
    return LicenceKey._meta.get_field("envelope").open(row[0], key).decode()  # type: ignore[attr-defined]
