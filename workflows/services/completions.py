"""Requests for completion: the house asks, the applicant answers with a new version, or the term passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.crypto.encryption import encrypted
from backoffice.romania.calendar import add_working_days
from backoffice.romania.text import sort_key
from workflows import procedures
from workflows.enums import CaseState, Channel
from workflows.errors import Invalid, Refused, Stale, constraints_as_sentences
from workflows.grounds import COMPLETION
from workflows.models import Case, CompletionRequest
from workflows.models.decision import FIRST
from workflows.procedures import Subject
from workflows.services import communication, decisions, filings, letters
from workflows.services.casefile import CaseFile
from workflows.services.states import move

WORKING_DAYS = COMPLETION.days
# House rule: with fewer days nobody is asked to answer; the director can extend the legal term first.
FEWEST_WORKING_DAYS = 3


@dataclass(frozen=True)
class Received:
    """How and when an answer came to the house."""

    channel: str
    day: date


# Somebody newly declared has worked on this case for the house. Who worked on it is not the applicant's to learn.
OTHER_PEOPLE = gettext_lazy(
    "Schimbarea persoanelor declarate nu se poate face prin completare. Păstrați persoanele din cerere sau adresați-vă "
    "casei, cu numărul de înregistrare, pentru o cerere nouă."
)


@transaction.atomic
def ask(file: CaseFile, *, by: User, reasons: Sequence[str], text: str, today: date) -> CompletionRequest:
    """Ask for completion, with reasons from the list and what exactly is missing.

    The answer is due in 10 working days, and never after the legal term.
    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    case = file.case
    if file.membership_of(by, file.procedure.right_for(FIRST)) is None:
        raise PermissionDenied
    if sentence := file.refusal(by, FIRST):
        raise Refused(sentence)
    decisions.demand_reasons(file, "completion", reasons)
    if not text.strip():
        raise Refused(_("Scrieți exact ce are de completat solicitantul."))
    if sentence := refusal_of_term(case, today=today):
        raise Refused(sentence)
    with constraints_as_sentences(CompletionRequest):
        asked = CompletionRequest.objects.create(
            case=case, reasons=list(reasons), text=text, asked_by=by, due_on=due_on(case, today=today)
        )
    move(case, FIRST, CaseState.COMPLETION)
    log.record("case.completion_asked", on=case, by=by, house=case.house, reasons=list(reasons))
    tell(asked, "completion_asked")
    return asked


def due_on(case: Case, *, today: date) -> date:
    """Until when an answer asked for today is due: in 10 working days, and not after the legal term."""
    return min(add_working_days(today, WORKING_DAYS), case.due_on)


def refusal_of_term(case: Case, *, today: date) -> str | None:
    """Why nothing can be asked so late, and what to do; or None."""
    if add_working_days(today, FEWEST_WORKING_DAYS) <= case.due_on:
        return None
    late = _("Până la termenul legal, {day}, rămân mai puțin de {count} zile lucrătoare: prea puțin pentru un răspuns.")
    if case.extensions.exists():
        todo = _("Termenul a fost deja prelungit: propuneți soluția cu ce este în dosar.")
    else:
        todo = _("Cereți directorului să prelungească termenul, din pagina dosarului, sau propuneți soluția.")
    return f"{late.format(day=f'{case.due_on:%d.%m.%Y}', count=FEWEST_WORKING_DAYS)} {todo}"


def tell(asked: CompletionRequest, occasion: str) -> None:
    """Write to the applicant about what is asked; each occasion once (row first, delivered by the worker).

    Without an account the request is a letter. Reminders are mails only, a house rule: a letter of five days would come
    too late, and the first letter says the term.
    """
    has_account = communication.owner_of(asked.case) is not None
    if not has_account and occasion == "completion_asked":
        letters.completion(asked)
        return
    communication.write(
        asked.case,
        "completion_asked" if has_account else "completion_reminder",
        dedupe_key=f"{occasion}:{asked.pk}",
        due=f"{asked.due_on:%d.%m.%Y}",
        reminder=occasion != "completion_asked",
    )


@transaction.atomic
def answer(
    case: Case,
    *,
    content: dict,
    as_written: Sequence[str] = (),
    missing: Sequence[str] = (),
    received: Received | None = None,
    by: User,
    today: date,
) -> Case:
    """A new version of what is asked, from the applicant, or keyed in by a clerk who says how and when it came.

    Whose case it is and which house decides it stays. Raises `Invalid`, `Refused`, `Stale`.
    """
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("house", "filing__owner", "entry").get(pk=case.pk)
    )
    procedure = procedures.get(case.procedure)
    if case.filing.channel == Channel.ONLINE:
        if case.filing.owner_id != by.pk:
            raise Refused(_("Numai depunătorul poate completa această cerere."))
        received = Received(Channel.ONLINE, today)
    else:
        access.demand(by, Can.KEY_IN, case.house, case.procedure)
        if received is None:
            raise Refused(_("Scrieți cum și când a venit răspunsul."))
    parsed = procedure.form.parse(content, today=today, as_written=frozenset(as_written), missing=frozenset(missing))
    if parsed.errors:
        raise Invalid(parsed.errors)
    if sentence := procedure.refuse_completion(case, parsed.content):
        raise Refused(sentence)
    updated = CompletionRequest.objects.filter(case=case, answered_at__isnull=True, lapsed_at__isnull=True)
    if not updated.update(answered_at=Now(), draft=None):
        raise Stale
    case.version += 1
    move(case, CaseState.COMPLETION, FIRST, version=case.version, **_now_named(case, procedure.subject(parsed.content)))
    with constraints_as_sentences(decision_by_party=OTHER_PEOPLE):
        filings.add_version(case, parsed, channel=received.channel, received_on=received.day, by=by, today=today)
    log.record("case.completed", on=case, by=by, house=case.house, version=case.version)
    return case


def keep_draft(asked: CompletionRequest, draft: dict) -> None:
    """Keep a paper answer as far as it is keyed in; nothing is kept once the request is answered or lapsed."""
    still_open = CompletionRequest.objects.filter(pk=asked.pk, answered_at__isnull=True, lapsed_at__isnull=True)
    still_open.update(**encrypted(asked, draft=draft))


def _now_named(case: Case, subject: Subject) -> dict[str, Any]:
    """What the paper did not say and the answer does: who it is about. What was said stays."""
    found: dict[str, Any] = {}
    if not case.subject_key and subject.key:
        found["subject_key"] = case.subject_key = subject.key
    if not case.subject_name and subject.name:
        case.subject_name, case.search_key = subject.name, sort_key(subject.name)[:160]
        found |= {"subject_name": case.subject_name, "search_key": case.search_key}
    return found


@transaction.atomic
def lapse(case: Case, *, today: date) -> bool:
    """The term passed without an answer: back to the clerk, flagged; never a silent closure. False: not due."""
    lapsed = CompletionRequest.objects.filter(
        case=case, answered_at__isnull=True, lapsed_at__isnull=True, due_on__lt=today
    ).update(lapsed_at=Now())
    if lapsed:
        move(case, CaseState.COMPLETION, FIRST)
        log.record("case.completion_lapsed", on=case, by=None, house=case.house)
    return bool(lapsed)


def open_request(case: Case) -> CompletionRequest | None:
    """What the applicant still has to answer; nothing any more in a case that was closed meanwhile."""
    if case.state != CaseState.COMPLETION:
        return None
    return case.completion_requests.filter(answered_at__isnull=True, lapsed_at__isnull=True).first()
