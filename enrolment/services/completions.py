"""Completions: the house asks precisely, the applicant answers with a new version, a lapse is seen (domain.md 3.1)."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.romania.calendar import add_working_days
from enrolment import application, nomenclature
from enrolment.enums import Channel, State
from enrolment.errors import Invalid, Refused, Stale, constraints_as_sentences
from enrolment.models import Case, CompletionRequest
from enrolment.services import decisions, filings
from notifications.services import messages

WORKING_DAYS = 10
# Somebody newly declared has worked on this case for the house. Who worked on it is not the applicant's to learn.
OTHER_PEOPLE = gettext_lazy(
    "Schimbarea persoanelor declarate nu se poate face prin completare. Păstrați persoanele din cerere sau adresați-vă "
    "casei, cu numărul de înregistrare, pentru o cerere nouă."
)


@transaction.atomic
def ask(case: Case, *, by: User, reasons: Sequence[str], text: str, today: date) -> CompletionRequest:
    """Ask for completion, with reasons from the list and what exactly is missing; the answer is due in 10 working days.

    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    access.demand(by, Can.REVIEW, case.house)
    if sentence := decisions.refusal(case, by, decisions.Stage.PROPOSE):
        raise Refused(sentence)
    allowed = {reason.code for reason in nomenclature.reasons("completion", "both")}
    if not reasons or not set(reasons) <= allowed:
        raise Refused(_("Alegeți cel puțin un motiv din listă."))
    if not text.strip():
        raise Refused(_("Scrieți exact ce are de completat solicitantul."))
    with constraints_as_sentences(CompletionRequest):
        asked = CompletionRequest.objects.create(
            case=case, reasons=list(reasons), text=text, asked_by=by, due_on=add_working_days(today, WORKING_DAYS)
        )
    _move(case, State.REVIEW, State.COMPLETION)
    log.record("case.completion_asked", on=case, by=by, house=case.house, reasons=list(reasons))
    tell(asked, "completion_asked")
    return asked


def tell(asked: CompletionRequest, occasion: str) -> None:
    """Write to the applicant about what is asked; each occasion once (row first, delivered by the worker)."""
    case = asked.case
    owner = case.filing.owner if case.filing.channel == Channel.ONLINE else None
    language = owner.language if owner else "ro"
    messages.send(
        "completion_asked",
        about=case.public_id,
        house=case.house,
        recipient=owner,
        address=owner.email if owner else case.content["provider"]["email"],
        language=language,
        context={
            "entry": str(case.entry),
            "due": f"{asked.due_on:%d.%m.%Y}",
            "link": reverse("enrolment:case", args=[case.public_id]),
            "reminder": occasion != "completion_asked",
        },
        dedupe_key=f"{occasion}:{asked.pk}",
    )


@transaction.atomic
def answer(case: Case, *, content: dict, as_written: Sequence[str] = (), by: User, today: date) -> None:
    """A new version of the application, whole and valid, from the applicant or keyed in by a clerk.

    What decides competence stays: fiscal code and counties of the work points. Raises `Invalid`, `Refused`, `Stale`.
    """
    case = Case.objects.select_for_update().get(pk=case.pk)
    if case.filing.channel == Channel.ONLINE:
        if case.filing.owner_id != by.pk:
            raise Refused(_("Numai depunătorul poate completa această cerere."))
    else:
        access.demand(by, Can.KEY_IN, case.house)
    parsed = application.parse(content, today=today, as_written=frozenset(as_written))
    if parsed.errors:
        raise Invalid(parsed.errors)
    if filings.column_uic(parsed.content["provider"]["uic"]) != case.provider_uic:
        raise Refused(_("Codul de identificare fiscală nu se poate schimba prin completare. Depuneți o cerere nouă."))
    if application.competent_counties(parsed.content) != [case.house.county]:
        raise Refused(
            _("Prin completare, punctele de lucru rămân în județul casei. Pentru alt județ depuneți o cerere nouă.")
        )
    updated = CompletionRequest.objects.filter(case=case, answered_at__isnull=True, lapsed_at__isnull=True)
    if not updated.update(answered_at=Now()):
        raise Stale
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    case.version += 1
    with constraints_as_sentences(decision_by_party=OTHER_PEOPLE):
        filings.add_version(
            case,
            parsed.content,
            as_written=parsed.as_written,
            duplicate=filings.has_enrolment(case.house, case.provider_uic, besides=case),
            redirected=case.entry.redirected_from_id is not None,
            by=by,
            today=today,
        )
    _move(case, State.COMPLETION, State.REVIEW)
    log.record("case.completed", on=case, by=by, house=case.house, version=case.version)


@transaction.atomic
def lapse(case: Case, *, today: date) -> bool:
    """The term passed without an answer: back to the clerk, flagged; never a silent closure. False: not due."""
    lapsed = CompletionRequest.objects.filter(
        case=case, answered_at__isnull=True, lapsed_at__isnull=True, due_on__lt=today
    ).update(lapsed_at=Now())
    if lapsed:
        _move(case, State.COMPLETION, State.REVIEW)
        log.record("case.completion_lapsed", on=case, by=None, house=case.house)
    return bool(lapsed)


def open_request(case: Case) -> CompletionRequest | None:
    """What the applicant still has to answer."""
    return case.completion_requests.filter(answered_at__isnull=True, lapsed_at__isnull=True).first()


def _move(case: Case, source: State, target: State) -> None:
    if not Case.objects.filter(pk=case.pk, state=source).update(state=target):
        raise Stale
    case.state = target
