"""Filing: a draft that becomes, once, a registered case in each competent house (architecture.md 7)."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from backoffice.accounts import access
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.accounts.services import persons
from backoffice.audit import log
from backoffice.crypto.encryption import encrypted
from backoffice.isolation.context import acting_for
from backoffice.romania.calendar import legal_due_date
from backoffice.romania.text import normalise, sort_key
from enrolment import application, rules
from enrolment.application import FieldError
from enrolment.enums import CLOSED, PAPER, Capacity, Channel, EnrolmentState, EntryKind
from enrolment.errors import Invalid, Refused, constraints_as_sentences
from enrolment.models import Application, Case, Enrolment, Filing, Party, RegistryEntry, RuleCheck
from enrolment.services import registry

FISCAL_CODE_DIGITS = 10


@dataclass(frozen=True)
class Submission:
    """The cases of a filing, in the order of its work points; `repeated` when they stood already."""

    filing: Filing
    cases: list[Case]
    repeated: bool
    redirected: bool


def fingerprint(content: Any) -> str:
    """SHA-256 over the one canonical JSON of a content: keys sorted, UTF-8, no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def start_online(*, owner: User) -> Filing:
    """A new draft of a provider. Raises `Refused` when we do not know who they are (four eyes need persons)."""
    if owner.person_id is None:
        raise Refused(_("Spuneți-ne întâi cine sunteți: completați identitatea contului."))
    return Filing.objects.create(owner=owner, channel=Channel.ONLINE, content={})


def start_paper(*, house: House, channel: Channel, reference: str = "", by: User | None) -> Filing:
    """A new draft of a request that came on paper to `house`. `by=None` is the intake command."""
    if by is not None:
        access.demand(by, Can.KEY_IN, house)
    return Filing.objects.create(owner=by, house=house, channel=channel, reference=reference, content={})


def save_draft(filing: Filing, *, content: dict, as_written: Iterable[str] = ()) -> bool:
    """Keep what was typed, valid or not; False when the filing was submitted meanwhile (nothing is overwritten)."""
    kept = Filing.objects.filter(pk=filing.pk, submitted_at__isnull=True).update(
        **encrypted(filing, content=content), as_written=sorted(as_written), saved_at=Now()
    )
    if kept:
        filing.refresh_from_db()
    return bool(kept)


@transaction.atomic
def save_paper(filing: Filing, *, content: dict, as_written: Iterable[str]) -> None:
    """Keep a paper draft with its frame: channel and reference are columns, the house stays that of the draft.

    Raises `Refused` when the house has keyed in another request under this reference.
    """
    reference = normalise(str(content.get("ref") or "")).replace("\x00", "")[:60]
    channel = content.get("channel")
    content = content | {"house": filing.house.code if filing.house else None}
    if not save_draft(filing, content=content, as_written=as_written):
        return
    with constraints_as_sentences(Filing), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(
            reference=reference, channel=channel if channel in PAPER else filing.channel
        )
    filing.refresh_from_db()


@transaction.atomic
def submit(
    filing: Filing, *, by: User | None, today: date, on_registered: Callable[[Case], None] = lambda case: None
) -> Submission:
    """Register the filing at every competent house, once, whatever is clicked how often.

    Numbers, due dates and rules are those of `today`; `on_registered(case)` opens what follows, while the transaction
    acts for the case's house. Raises `Invalid` with every error at its field; nothing is stored then.
    """
    filing = Filing.objects.select_for_update().get(pk=filing.pk)
    if filing.is_submitted:
        return submission_of(filing, repeated=True)
    parsed = judge(filing, today=today)
    if parsed.errors:
        raise Invalid(parsed.errors)
    content = parsed.content
    houses = competent_houses(content)
    origin = _redirect_entry(filing, houses, today)
    with acting_for(house.pk for house in houses):
        for house in sorted(houses, key=lambda h: h.pk):  # counters are locked in one order
            on_registered(
                _open_case(filing, house, content, origin=origin, as_written=parsed.as_written, by=by, today=today)
            )
        submission = submission_of(filing, repeated=False, content=content)
    filing.content_sha256 = fingerprint(content)
    filing.as_written = sorted(parsed.as_written)
    filing.submitted_at = Now()
    filing.content = content
    filing.save(update_fields=["content", "content_sha256", "as_written", "submitted_at"])
    log.record("filing.submitted", on=filing, by=by, house=filing.house, channel=str(filing.channel))
    filing.refresh_from_db()
    return submission


def judge(filing: Filing, *, today: date) -> application.Parsed:
    """The filing as it would be submitted now: online, day and signature are the portal's to say."""
    content = filing.content
    if filing.channel == Channel.ONLINE:
        content = content | {"channel": "online", "received_on": today.isoformat(), "signature": "account"}
    return application.parse(content, today=today, as_written=frozenset(filing.as_written))


def column_uic(written: str) -> str:
    """The fiscal code as it is kept in clear. A CNP written in its place (R11) is kept as its keyed index."""
    digits = re.sub(r"\D", "", written)
    return written if len(digits) <= FISCAL_CODE_DIGITS else f"CNP {persons.cnp_index(digits).hex()[:14]}"


def same_reference(*, house: House, reference: str) -> Filing | None:
    """The filing that this house has keyed in under this reference, if any (intake.md)."""
    return Filing.objects.filter(house=house, reference=reference, submitted_at__isnull=False).first()


def has_enrolment(house: House, uic: str, *, besides: Case | None = None) -> bool:
    """R12: an enrolment that is not closed, or another open case, of the same fiscal code at the same house."""
    held = Enrolment.objects.filter(house=house, provider_uic=uic).exclude(state=EnrolmentState.CLOSED)
    pending = Case.objects.filter(house=house, provider_uic=uic).exclude(state__in=CLOSED)
    if besides is not None:
        held, pending = held.exclude(case=besides), pending.exclude(pk=besides.pk)
    return held.exists() or pending.exists()


def competent_houses(content: dict[str, Any]) -> list[House]:
    """The houses that decide this application, in the order of its work points."""
    order = application.competent_counties(content)
    return sorted(House.objects.filter(county__in=order), key=lambda house: order.index(house.county))


def _redirect_entry(filing: Filing, houses: list[House], today: date) -> RegistryEntry | None:
    """A house without competence keeps a trace with its own number (intake.md "redirected")."""
    if filing.house is None or filing.house in houses:
        return None
    entry = registry.take(filing.house, kind=EntryKind.ENTRY, day=today)
    log.record("case.redirected", on=filing, by=None, house=filing.house, entry=str(entry))
    return entry


def _open_case(
    filing: Filing,
    house: House,
    content: dict,
    *,
    origin: RegistryEntry | None,
    as_written: Iterable[str],
    by: User | None,
    today: date,
) -> Case:
    entry = registry.take(house, kind=EntryKind.ENTRY, day=today, redirected_from=origin)
    part = application.part_for_county(content, house.county)
    provider = part["provider"]
    # Asked after the number: the counter's lock makes two filings of one provider see each other.
    uic = column_uic(provider["uic"])
    duplicate = has_enrolment(house, uic)
    case = Case.objects.create(
        filing=filing,
        house=house,
        entry=entry,
        provider_uic=uic,
        provider_name=provider["name"],
        search_key=sort_key(provider["name"])[:160],
        filed_on=date.fromisoformat(content["received_on"]) if content.get("received_on") else today,
        due_on=legal_due_date(today),
    )
    add_version(
        case, part, as_written=as_written, duplicate=duplicate, redirected=origin is not None, by=by, today=today
    )
    log.record("case.registered", on=case, by=by, house=house, entry=str(entry))
    return case


def add_version(
    case: Case,
    part: dict,
    *,
    as_written: Iterable[str],
    duplicate: bool,
    redirected: bool,
    by: User | None,
    today: date,
) -> None:
    """Freeze one version of the application, name its parties and run the rules over it."""
    Application.objects.create(case=case, version=case.version, content=part, sha256=fingerprint(part), submitted_by=by)
    _name_parties(case, part)
    findings = rules.findings(
        part,
        today=today,
        has_enrolment=duplicate,
        redirected=redirected,
        as_written=frozenset(as_written),
    )
    RuleCheck.objects.create(
        case=case,
        version=case.version,
        rules_version=rules.RULES_VERSION,
        findings=[finding.as_dict() for finding in findings],
    )


def _name_parties(case: Case, part: dict) -> None:
    people = [(part["legal_representative"], Capacity.LEGAL_REPRESENTATIVE)]
    people += [(physician, Capacity.PHYSICIAN) for physician in part["physicians"]]
    for who, capacity in people:
        person = persons.find_or_create(cnp=who["cnp"], last_name=who["last_name"], first_name=who["first_name"])
        Party.objects.get_or_create(case=case, person=person, capacity=capacity)
    owner = case.filing.owner
    if case.filing.channel == Channel.ONLINE and owner and owner.person:
        Party.objects.get_or_create(case=case, person=owner.person, capacity=Capacity.FILER)


def submission_of(filing: Filing, *, repeated: bool = True, content: dict | None = None) -> Submission:
    """What a submitted filing has become."""
    cases = list(filing.cases.select_related("house", "entry__redirected_from", "filing"))
    order = application.competent_counties(content or filing.content)
    cases.sort(key=lambda case: order.index(case.house.county))
    return Submission(
        filing=filing,
        cases=cases,
        repeated=repeated,
        redirected=any(case.entry.redirected_from_id for case in cases),
    )


def reference_taken() -> FieldError:
    """The same reference with other content (intake.md)."""
    return FieldError(
        field="ref",
        code="reference_taken",
        message=_(
            "La această casă există deja o cerere cu această referință și cu alt conținut. Verificați numărul scris pe hârtie."
        ),
    )
