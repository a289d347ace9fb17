"""Filing: a draft that becomes, once, a registered case in each competent house."""

import hashlib
import json
from collections.abc import Iterable
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
from backoffice.romania import calendar
from backoffice.romania.text import normalise, sort_key
from workflows import procedures
from workflows.enums import FILER, PAPER, Channel, EntryKind
from workflows.errors import FieldError, Invalid, Refused, constraints_as_sentences
from workflows.forms.spec import Parsed
from workflows.models import Case, Check, Filing, Party, RegistryEntry, Version
from workflows.models.case import NO_STANDING_DECISION
from workflows.procedures import Procedure, Subject
from workflows.services import letters, notices, registry, subjects
from workflows.services.casefile import CaseFile


@dataclass(frozen=True)
class Submission:
    """The cases of a filing, in the order of its houses; `repeated` when they stood already."""

    filing: Filing
    cases: list[Case]
    repeated: bool
    redirected: bool


def fingerprint(content: Any) -> str:
    """SHA-256 over the one canonical JSON of a content: keys sorted, UTF-8, no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def start_online(procedure: Procedure, *, owner: User, about: Case | None = None) -> Filing:
    """A new draft of an applicant, `about` an earlier case where the procedure follows one.

    Raises `Refused` when we do not know who they are (four eyes need persons), or when it cannot be asked now.
    """
    if owner.person_id is None:
        raise Refused(_("Spuneți-ne întâi cine sunteți: completați identitatea contului."))
    _demand_offer(procedure, about, by_house=False)
    return Filing.objects.create(
        procedure=procedure.code, owner=owner, channel=Channel.ONLINE, about=about, content=procedure.draft(about)
    )


def start_paper(
    procedure: Procedure,
    *,
    house: House,
    channel: Channel,
    reference: str = "",
    content: dict,
    missing: Iterable[str] = (),
    by: User | None,
    about: Case | None = None,
) -> Filing:
    """A new draft of a request that came on paper to `house`, or that it begins itself; `by=None`: the intake file."""
    if by is not None:
        access.demand(by, Can.KEY_IN, house, procedure.code)
    _demand_offer(procedure, about, by_house=True)
    return Filing.objects.create(
        procedure=procedure.code,
        owner=by,
        house=house,
        channel=channel,
        reference=reference,
        about=about,
        content=procedure.draft(about) | content,
        missing=sorted(missing),
    )


def save_draft(filing: Filing, *, content: dict, as_written: Iterable[str] = (), missing: Iterable[str] = ()) -> bool:
    """Keep what was typed, valid or not; False when the filing was submitted meanwhile (nothing is overwritten)."""
    kept = Filing.objects.filter(pk=filing.pk, submitted_at__isnull=True).update(
        **encrypted(filing, content=content),
        as_written=sorted(as_written),
        missing=sorted(missing),
        saved_at=Now(),
    )
    if kept:
        filing.refresh_from_db()
    return bool(kept)


@transaction.atomic
def save_paper(filing: Filing, *, content: dict, as_written: Iterable[str], missing: Iterable[str] = ()) -> None:
    """Keep a paper draft with its frame: channel and reference are columns, the house stays that of the draft.

    Raises `Refused` when the house has keyed in another request under this reference.
    """
    reference = normalise(str(content.get("ref") or "")).replace("\x00", "")[:60]
    channel = content.get("channel")
    content = content | {"house": filing.house.code if filing.house else None}
    if not save_draft(filing, content=content, as_written=as_written, missing=missing):
        return
    with constraints_as_sentences(Filing), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(
            reference=reference, channel=channel if channel in PAPER else filing.channel
        )
    filing.refresh_from_db()


@transaction.atomic
def submit(filing: Filing, *, by: User | None, today: date) -> Submission:
    """Register the filing at every competent house and open the flow of each case, once, whatever is clicked how often.

    Numbers, due dates and rules are those of `today`. Raises `Invalid` with every error at its field, `Refused` when
    the earlier case no longer allows it; nothing is stored then.
    """
    filing = (
        Filing.objects.select_for_update(of=("self",))
        .select_related("house", "owner__person", "about__house", "about__entry")
        .get(pk=filing.pk)
    )
    if filing.is_submitted:
        return submission_of(filing)
    _demand_offer(procedures.get(filing.procedure), filing.about, by_house=filing.channel != Channel.ONLINE)
    parsed = judge(filing, today=today)
    if parsed.errors:
        raise Invalid(parsed.errors)
    content = parsed.content
    procedure = procedures.get(filing.procedure)
    sentence = procedure.refuse_filing(content, about=filing.about) if filing.channel == Channel.ONLINE else None
    if sentence:
        raise Refused(sentence)
    houses = houses_of(filing, content)
    origin = _redirect_entry(filing, houses, today)
    with acting_for(house.pk for house in houses):
        cases = {
            house.pk: _open_case(procedure, filing, house, parsed, origin=origin, by=by, today=today)
            for house in sorted(houses, key=lambda h: h.pk)  # counters are locked in one order
        }
    filing.content_sha256 = fingerprint(content)
    filing.as_written = sorted(parsed.as_written)
    filing.missing = sorted(parsed.missing)
    filing.submitted_at = Now()
    filing.content = content
    filing.save(update_fields=["content", "content_sha256", "as_written", "missing", "submitted_at"])
    log.record("filing.submitted", on=filing, by=by, house=filing.house, channel=str(filing.channel))
    if origin is not None:
        letters.redirected(filing, origin, [cases[house.pk] for house in houses])
    del filing.submitted_at  # the database's moment, read when somebody asks for it
    return Submission(filing, [cases[house.pk] for house in houses], repeated=False, redirected=origin is not None)


def judge(filing: Filing, *, today: date) -> Parsed:
    """The filing as it would be submitted now: online, day and signature are the portal's to say."""
    content = filing.content
    if filing.channel == Channel.ONLINE:
        content = content | {"channel": "online", "received_on": today.isoformat(), "signature": "account"}
    return procedures.get(filing.procedure).form.parse(
        content, today=today, as_written=frozenset(filing.as_written), missing=frozenset(filing.missing)
    )


def houses_of(filing: Filing, content: dict) -> list[House]:
    """The houses that decide a filing: that of the case it is about, else those that its content names.

    Where a paper leaves that open, the house where it came in.
    """
    if filing.about:
        return [filing.about.house]
    return procedures.get(filing.procedure).houses(content) or ([filing.house] if filing.house else [])


def same_reference(*, house: House, reference: str) -> Filing | None:
    """The filing that this house has keyed in under this reference, if any."""
    return Filing.objects.filter(house=house, reference=reference, submitted_at__isnull=False).first()


def add_version(case: Case, part: Parsed, *, channel: str, received_on: date, by: User | None, today: date) -> None:
    """Freeze one version of what is asked, name its parties and run the automatic rules over it."""
    case.current = Version.objects.create(
        case=case,
        version=case.version,
        content=part.content,
        sha256=fingerprint(part.content),
        as_written=sorted(part.as_written),
        missing=sorted(part.missing),
        channel=channel,
        received_on=received_on,
        submitted_by=by,
    )
    procedure = procedures.get(case.procedure)
    _name_parties(case, procedure, part.content)
    notices.tell_named(case, procedure, part.content)
    findings = procedure.findings(
        part.content,
        house=case.house,
        today=today,
        case=case,
        about=case.about,
        as_written=part.as_written,
        missing=part.missing,
    )
    Check.objects.create(
        case=case,
        version=case.version,
        rules_version=procedure.rules_version,
        findings=[finding.as_dict() for finding in findings],
    )


def submission_of(filing: Filing) -> Submission:
    """What a submitted filing has become."""
    cases = list(filing.cases.select_related("house", "entry__redirected_from", "filing"))
    order = [house.pk for house in houses_of(filing, filing.content)]
    cases.sort(key=lambda case: order.index(case.house_id))
    redirected = any(case.entry.redirected_from_id for case in cases)
    return Submission(filing, cases, repeated=True, redirected=redirected)


def reference_taken() -> FieldError:
    """The same reference with other content."""
    return FieldError(
        field="ref",
        code="reference_taken",
        message=_(
            "La această casă există deja o cerere cu această referință și cu alt conținut. "
            "Verificați numărul scris pe hârtie."
        ),
    )


def _redirect_entry(filing: Filing, houses: list[House], today: date) -> RegistryEntry | None:
    """A house without competence keeps a trace with its own number."""
    if filing.house is None or filing.house in houses:
        return None
    entry = registry.take(filing.house, kind=EntryKind.ENTRY, day=today)
    log.record("case.redirected", on=filing, by=None, house=filing.house, entry=str(entry))
    return entry


def _open_case(
    procedure: Procedure,
    filing: Filing,
    house: House,
    parsed: Parsed,
    *,
    origin: RegistryEntry | None,
    by: User | None,
    today: date,
) -> Case:
    # First the number: the counter's lock makes two filings of one subject see each other in the rules.
    entry = registry.take(house, kind=EntryKind.ENTRY, day=today, redirected_from=origin)
    content = parsed.content
    part = Parsed(
        procedure.part_for(content, house),
        (),
        procedure.part_paths(content, house, parsed.as_written),
        procedure.part_paths(content, house, parsed.missing),
    )
    about = filing.about
    subject = Subject(about.subject_key, about.subject_name, "") if about else procedure.subject(part.content)
    stages = procedure.stages
    with constraints_as_sentences(Case):
        case = Case.objects.create(
            filing=filing,
            procedure=procedure.code,
            about=about,
            reviews=procedure.reviews,
            by_others=procedure.by_others,
            stages=[stage.on_case() for stage in stages],
            state=stages[0].code,
            house=house,
            entry=entry,
            subject_key=subject.key,
            subject_name=subject.name,
            search_key=sort_key(subject.name)[:160],
            filed_on=date.fromisoformat(content["received_on"]) if content.get("received_on") else today,
            due_on=calendar.legal_due_date(today),
        )
    add_version(case, part, channel=filing.channel, received_on=case.filed_on, by=by, today=today)
    procedure.filed(case)
    log.record("case.registered", on=case, by=by, house=house, entry=str(entry))
    procedure.flow.start.run(case=case, file=CaseFile(case, [], frozenset()))
    if filing.channel in PAPER:
        letters.registered(case)
    return case


def _demand_offer(procedure: Procedure, about: Case | None, *, by_house: bool) -> None:
    """May this be asked about the earlier case now? Raises `Refused`."""
    if not procedure.follows and about is None:
        return
    if procedure.reviews and about is not None and not about.is_decided:
        raise Refused(NO_STANDING_DECISION)
    offer = procedure.offer(about, today=calendar.today()) if about else None
    if offer is None or (procedure.by_house and not by_house):
        raise Refused(_("Această cerere nu se poate face aici. Începeți-o din pagina dosarului la care se referă."))
    if offer.refused:
        raise Refused(offer.refused)


def _name_parties(case: Case, procedure: Procedure, part: dict) -> None:
    """Who is named in the content, is a party of the earlier case, or filed online, may never decide the case."""
    of_earlier = subjects.subject_of(case).parties if case.about_id else ()
    people = {
        (persons.find_or_create(cnp=who.cnp, last_name=who.last_name, first_name=who.first_name).pk, who.capacity)
        for who in (*procedure.subject(part).parties, *of_earlier)
    }
    owner = case.filing.owner
    if case.filing.channel == Channel.ONLINE and owner and owner.person_id:
        people.add((owner.person_id, FILER))
    if case.about_id:
        people |= set(Party.objects.filter(case=case.about_id).values_list("person_id", "capacity"))
    known = set(Party.objects.filter(case=case).values_list("person_id", "capacity")) if case.version > 1 else set()
    Party.objects.bulk_create(
        Party(case=case, person_id=person, capacity=capacity) for person, capacity in sorted(people - known)
    )
