"""What a provider holds after an approval: the enrolment, and the licence key that its holder opens once."""

from django.db import connection, transaction
from django.db.models import Exists
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backoffice.accounts import access
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.crypto import keys
from enrolment.providers import licence
from enrolment.providers.models import Enrolment, EnrolmentState, LicenceKey
from workflows.enums import CLOSED, Channel
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Case


def enrol(case: Case) -> Enrolment:
    """A provider is enrolled: from the signature on. Raises `Refused` when the house has enrolled it already."""
    with constraints_as_sentences(Enrolment):
        return Enrolment.objects.create(
            case=case, house=case.house, provider_uic=case.subject_key, provider_name=case.subject_name
        )


def is_taken(house: House, uic: str, *, besides: Case | None = None) -> bool:
    """An enrolment, or another open case, of the same fiscal code at the same house."""
    if not uic:  # a paper that names no code is like no other
        return False
    held = Enrolment.objects.filter(house=house, provider_uic=uic)
    pending = Case.objects.filter(house=house, procedure="providers", subject_key=uic).exclude(state__in=CLOSED)
    if besides is not None:
        held, pending = held.exclude(case=besides), pending.exclude(pk=besides.pk)
    return House.objects.filter(Exists(held) | Exists(pending), pk=house.pk).exists()


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
