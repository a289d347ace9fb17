"""The case page of the house: what is asked, by whom, how long is left, whose turn it is, what I can do now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.accounts import access as rights
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit.codes import SENTENCES
from backoffice.audit.models import Event
from backoffice.jobs import queue
from backoffice.jobs.models import Job, JobState
from backoffice.romania.calendar import today
from enrolment import access, form, nomenclature, rules
from enrolment.attachments import services as attachments
from enrolment.enums import Stage
from enrolment.errors import Refused
from enrolment.models import Case, LicenceKey
from enrolment.services import completions, decisions, licences
from notifications.models import Document, Message
from notifications.views import pdf_response, sealed_act
from workflows import carrying, lists
from workflows.flows import ISSUE
from workflows.models import Turn
from workflows.nodes import Step
from workflows.views import boxes


@require_GET
def case(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The case page."""
    return page(request, access.office_case(request.user, public_id))


def page(request: SignedInRequest, case: Case, *, refused: str = "", typed: Any = None) -> HttpResponse:
    """The case page, with what a refused act had typed."""
    turn = Turn.objects.select_related("holder__person", "task").get(case=case)
    content = case.content
    check = case.checks.filter(version=case.version).last()
    found = [rules.Finding.from_dict(f) for f in (check.findings if check else [])]
    context = {
        "case": case,
        "turn": turn,
        "today": today(),
        "steps": lists.STEP_LABELS,
        "content": content,
        "sections": [{"page": p, "rows": boxes.answers(p, content)} for p in form.steps()],
        "check": check,
        "findings": [(f, nomenclature.reason(f.code), rules.explain(f)) for f in found],
        "decisions": case.decisions.select_related("person", "membership"),
        "asked": completions.open_request(case),
        "asked_reasons": boxes.reasons(r for c in case.completion_requests.all() for r in c.reasons),
        "history": history(case),
        "documents": Document.objects.filter(about=case.public_id, sealed_at__isnull=False).defer("pdf", "context"),
        "mails": Message.objects.filter(about=case.public_id).defer("address"),
        "key": LicenceKey.objects.filter(enrolment__case=case).first(),
        **scans_of(case, request.user),
        "acts": acts_of(case, turn, request.user),
        "parked": parked_job(case),
        "refused": refused,
        "typed": typed,
    }
    return render(request, "workflows/case.html", context, status=422 if refused else 200)


def scans_of(case: Case, user: User) -> dict[str, Any]:
    """What is attached, what is not, and whether an inspection stopped."""
    shelves = attachments.shelves(case.filing)
    return {
        "shelves": shelves,
        "missing_scans": attachments.missing(shelves),
        "stopped_scans": attachments.stopped(file for shelf in shelves for file in shelf.files),
        "may_attach": attachments.may_add(case.filing, by=user),
    }


@dataclass(frozen=True)
class Acts:
    """What this person can do with the case now; the page shows nothing else."""

    stage: str = ""
    claim: bool = False
    act: bool = False
    why_not: str = ""
    reject_reasons: tuple[nomenclature.Item, ...] = ()
    completion_reasons: tuple[nomenclature.Item, ...] = ()
    colleagues: tuple[User, ...] = ()
    proposal: Any = None


def acts_of(case: Case, turn: Turn, user: User) -> Acts:
    """Derive the acts from the task row and the person's rights of this moment."""
    step = turn.task.flow_task if turn.task else None
    if not isinstance(step, Step):
        return Acts()
    colleagues: tuple[User, ...] = ()
    if rights.can(user, Can.REASSIGN, case.house):
        colleagues = tuple(u for u in carrying.colleagues(case, step, today=today()) if u.pk != turn.holder_id)
    if not rights.can(user, step.right, case.house):
        return Acts(stage=step.stage, colleagues=colleagues)
    why_not = decisions.refusal(case, user, step.stage) or ""
    act = turn.holder_id == user.pk and not why_not
    proposing = act and step.stage == Stage.PROPOSE
    return Acts(
        stage=step.stage,
        claim=turn.holder_id is None and not why_not,
        act=act,
        why_not=why_not,
        reject_reasons=tuple(nomenclature.reasons("reject", "both")) if proposing else (),
        completion_reasons=tuple(nomenclature.reasons("completion", "both")) if proposing else (),
        colleagues=colleagues,
        proposal=decisions.proposal(case) if act and step.stage != Stage.PROPOSE else None,
    )


def history(case: Case) -> list[dict[str, Any]]:
    """Who did what and when, from the audit events of the case and its filing."""
    events = list(Event.objects.filter(subject_type="enrolment.Case", subject_id=case.pk).order_by("pk"))
    users = User.objects.select_related("person").in_bulk([e.actor_user for e in events if e.actor_user])
    labels = {"outcome": dict(decisions.Outcome.choices), "step": lists.STEP_LABELS}
    return [
        {
            "at": event.at,
            "sentence": SENTENCES[event.code],
            "who": users.get(event.actor_user),
            "detail": ", ".join(str(labels[k].get(v, v)) for k, v in event.facts.items() if k in labels),
        }
        for event in events
    ]


def parked_job(case: Case) -> Job | None:
    """The issuing job, when it stopped after repeated failures."""
    return Job.objects.filter(kind=ISSUE, object_id=case.pk, state=JobState.FAILED).first()


@require_GET
def document(request: SignedInRequest, public_id: UUID, document_id: UUID) -> HttpResponse:
    """An act of the case, as issued."""
    case = access.office_case(request.user, public_id)
    return pdf_response(sealed_act(case.public_id, document_id))


@reauthentication_required
def hand_over(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The key of a request that came on paper, once, on a page to print and hand over at the counter."""
    case = access.office_case(request.user, public_id)
    key = (
        LicenceKey.objects.filter(enrolment__case=case)
        .select_related("enrolment__case__filing", "enrolment__house")
        .first()
    )
    if key is None:
        raise Http404
    if not rights.can(request.user, Can.HAND_OVER, case.house):
        raise PermissionDenied
    clear = refused = ""
    if request.method == "POST":
        try:
            clear = licences.hand_over(key, by=request.user)
        except Refused as problem:
            refused = str(problem.sentence)
    return render(
        request,
        "workflows/hand_over.html",
        {"case": case, "key": key, "clear": clear, "refused": refused},
        status=410 if refused else 200,
    )


@require_POST
def retry(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask again for issuing that stopped."""
    case = access.office_case(request.user, public_id)
    rights.demand(request.user, Can.RETRY_WORK, case.house)
    job = parked_job(case)
    if job is not None and queue.retry(job, by=request.user):
        messages.success(request, _("Emiterea a fost cerută din nou."))
    return redirect("workflows:case", public_id=public_id)
