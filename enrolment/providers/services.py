"""What a provider holds after an approval: the enrolment, and the licence key that its holder opens once."""

from typing import Any

from django.db import connection, transaction
from django.db.models import Exists
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backoffice.accounts import access
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.crypto import keys
from backoffice.romania.calendar import today
from backoffice.romania.text import sort_key
from enrolment.providers import licence
from enrolment.providers.models import EnrolledPhysician, Enrolment, EnrolmentState, LicenceKey
from workflows.enums import CLOSED, Channel
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Case
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
    enrolled = dict.fromkeys((known[who["cnp"]], who["stamp_code"]) for who in content["physicians"])
    EnrolledPhysician.objects.bulk_create(
        EnrolledPhysician(enrolment=enrolment, house=case.house, person=person, stamp_code=stamp, since=today())
        for person, stamp in enrolled
    )
    return enrolment


def taken_by(house: House, uic: str, *, besides: Case | None = None) -> dict[str, str] | None:
    """The enrolment, or else the other pending case, of the same fiscal code at the same house: which, and its number.

    Facts of a finding: `fact` is `active`, `approved` or `pending`, `number` that of the case.
    """
    if not uic:  # a paper that names no code is like no other
        return None
    held = Enrolment.objects.filter(house=house, provider_uic=uic)
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
                sort_key(content["provider"]["name"])[:160],
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
    name = f"{who['last_name'].upper()} {who['first_name']}"
    return Finding("R08", f"physicians[{place}].stamp_code", facts | {"name": name, "stamp": who["stamp_code"]})


def issue(enrolment: Enrolment, *, key: str) -> LicenceKey:
    """Store a fresh key: its keyed verifier for good, itself in an envelope. Runs in the issuing transaction.

    Constraints refuse a second live key and a key without its decisions.
    """
    house = enrolment.case.house
    made = LicenceKey(
        enrolment=enrolment,
        house=house,
        provider_uic=enrolment.provider_uic,
        verifier=licence.verifier(key, keys.secret("verifier_key")),
        mask=licence.mask(key),
        envelope=key.encode(),
    )
    made.save()
    Enrolment.objects.filter(pk=enrolment.pk).update(state=EnrolmentState.ISSUED)
    log.record("licence.issued", on=made, by=None, house=house)
    return made


@transaction.atomic
def open_once(key: LicenceKey, *, by: User) -> str:
    """The key in clear, for its holder, once: the envelope is destroyed in the same statement that reads it.

    Raises `Refused` for anyone else and for a second opening. The step-up is the view's to ask for.
    """
    if key.enrolment.case.filing.channel != Channel.ONLINE or key.enrolment.case.filing.owner_id != by.pk:
        raise Refused(_("Cheia o poate deschide numai cel care a depus cererea."))
    return _open(key, by=by, event="licence.opened")


@transaction.atomic
def hand_over(key: LicenceKey, *, by: User) -> str:
    """The key in clear for the one print that a clerk hands over at the counter, for requests that came on paper."""
    access.demand(by, Can.HAND_OVER, key.house, key.enrolment.case.procedure)
    if key.enrolment.case.filing.channel == Channel.ONLINE:
        raise Refused(_("Cererea a fost depusă online: cheia o deschide solicitantul, din contul său."))
    return _open(key, by=by, event="licence.handed_over")


def matches(key: LicenceKey, typed: str) -> bool:
    """Is this the key? Answered for good, without the key being kept, also after the secret was changed."""
    return any(licence.matches(typed, secret, bytes(key.verifier)) for secret in keys.secrets_of("verifier_key"))


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
    if row is None:
        raise Refused(
            _("Cheia a fost deja deschisă și nu mai poate fi afișată. Dacă ați pierdut-o, cereți casei una nouă.")
        )
    Enrolment.objects.filter(pk=key.enrolment_id, state=EnrolmentState.ISSUED).update(
        state=EnrolmentState.ACTIVE, active_at=Now()
    )
    log.record(event, on=key, by=by, house=key.house)
    return LicenceKey._meta.get_field("envelope").open(row[0], key).decode()  # type: ignore[attr-defined]
