"""Requests for completion: the house asks, the applicant answers with a new version, or the term passes."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.romania.calendar import add_working_days
from workflows import procedures
from workflows.enums import CaseState, Channel
from workflows.errors import Invalid, Refused, Stale, constraints_as_sentences
from workflows.grounds import COMPLETION
from workflows.models import Case, CompletionRequest
from workflows.models.decision import FIRST
from workflows.services import communication, decisions, filings
from workflows.services.casefile import CaseFile
from workflows.services.states import move

WORKING_DAYS = COMPLETION.days
# House rule: with fewer days nobody is asked to answer; the director can extend the legal term first.
FEWEST_WORKING_DAYS = 3
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
    """Write to the applicant about what is asked; each occasion once (row first, delivered by the worker)."""
    communication.write(
        asked.case,
        "completion_asked",
        dedupe_key=f"{occasion}:{asked.pk}",
        due=f"{asked.due_on:%d.%m.%Y}",
        reminder=occasion != "completion_asked",
    )


@transaction.atomic
def answer(case: Case, *, content: dict, as_written: Sequence[str] = (), by: User, today: date) -> Case:
    """A new version of what is asked, whole and valid, from the applicant or keyed in by a clerk.

    Whose case it is and which house decides it stays. Raises `Invalid`, `Refused`, `Stale`.
    """
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("house", "filing__owner", "entry").get(pk=case.pk)
    )
    procedure = procedures.get(case.procedure)
    if case.filing.channel == Channel.ONLINE:
        if case.filing.owner_id != by.pk:
            raise Refused(_("Numai depunătorul poate completa această cerere."))
    else:
        access.demand(by, Can.KEY_IN, case.house, case.procedure)
    parsed = procedure.form.parse(content, today=today, as_written=frozenset(as_written))
    if parsed.errors:
        raise Invalid(parsed.errors)
    if sentence := procedure.refuse_completion(case, parsed.content):
        raise Refused(sentence)
    updated = CompletionRequest.objects.filter(case=case, answered_at__isnull=True, lapsed_at__isnull=True)
    if not updated.update(answered_at=Now()):
        raise Stale
    case.version += 1
    move(case, CaseState.COMPLETION, FIRST, version=case.version)
    with constraints_as_sentences(decision_by_party=OTHER_PEOPLE):
        filings.add_version(case, parsed.content, as_written=parsed.as_written, by=by, today=today)
    log.record("case.completed", on=case, by=by, house=case.house, version=case.version)
    return case


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
