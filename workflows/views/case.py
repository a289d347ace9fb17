"""The case page of the house: what is asked, by whom, how long is left, whose turn it is, what I can do now."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.accounts import access as rights
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit import codes
from backoffice.audit.models import Event
from backoffice.jobs import queue
from backoffice.jobs.models import Job, JobState
from backoffice.romania import law
from backoffice.romania.calendar import today
from backoffice.romania.law import Ground
from notifications.models import Message
from notifications.services import documents
from notifications.views import get_sealed_document_or_404, pdf_response
from workflows.access import get_case_or_404
from workflows.attachments import services as attachments
from workflows.engine.nodes import Step
from workflows.enums import PAPER, CaseState, Outcome
from workflows.forms import display
from workflows.models import Assignment, Case, Decision
from workflows.models.decision import FIRST
from workflows.procedures import Finding, Procedure, Reason
from workflows.services import closing, communication, completions, deliveries, issuing, reviews, steps, terms
from workflows.services.casefile import CaseFile
from workflows.views import communications, follow_ups


@require_GET
def case(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The case page."""
    return page(request, get_case_or_404(request.user, public_id))


def page(request: SignedInRequest, case: Case, *, refused: str = "", typed: Any = None) -> HttpResponse:
    """The case page, with what a refused step had typed."""
    assignment = Assignment.objects.select_related("holder__person", "task__process").get(case=case)
    file = CaseFile.of(case)
    procedure = file.procedure
    content = case.content
    check = case.checks.filter(version=case.version).last()
    found = [Finding(**f) for f in (check.findings if check else [])]
    asked = list(case.completion_requests.all())
    context = {
        "case": case,
        "procedure": procedure,
        "offers": follow_ups.offers_to(request.user, case),
        "follow_ups": case.follow_ups.select_related("entry"),
        **(reviews.shown(procedure, case.about, case=case) if case.about else {}),
        "assignment": assignment,
        "step_label": procedure.step_label(assignment.step),
        "today": today(),
        "term": terms.arithmetic(case),
        "extension": case.extensions.last(),
        "closure": case.closures.select_related("into", "closed_by__person").last() if case.is_closed else None,
        "joined": communication.joined_to(case),
        "can": _beside_steps(file, request.user),
        "content": content,
        "sections": display.sections(procedure.form, content, case.current.missing),
        "check": check,
        "findings": [(f, procedure.reason(f.code), procedure.explain(f)) for f in found],
        "decisions": [(d, procedure.stage(d.stage)) for d in file.decisions],
        "asked": completions.open_request(case),
        "asked_reasons": [procedure.reason(code) for a in asked for code in a.reasons],
        "history": history(case, procedure),
        "documents": documents.of_case(case.public_id),
        "deliveries": communications.of_case(case),
        "communicated_on": deliveries.communicated_on(case),
        "awaits_paper_answer": case.state == CaseState.COMPLETION and case.filing.channel in PAPER,
        "mails": Message.objects.filter(about=case.public_id).defer("address"),
        "panel": procedure.panel_context(case, request.user),
        "rights": {str(right) for right in _rights(file, request.user)},
        **scans_of(case, request.user),
        "actions": actions_of(file, assignment, request.user, ticked=typed.grounds if typed else None),
        "failed": failed_job(case),
        "refused": refused,
        "typed": typed,
    }
    return render(request, "workflows/case.html", context, status=422 if refused else 200)


def scans_of(case: Case, user: User) -> dict[str, Any]:
    """What is attached, what is not, and whether an inspection failed."""
    groups = attachments.groups(case.filing)
    return {
        "groups": groups,
        "missing_scans": attachments.missing(groups),
        "failed_scans": attachments.failed(file for group in groups for file in group.files),
        "may_attach": attachments.may_add(case.filing, by=user),
    }


@dataclass(frozen=True)
class Actions:
    """What this person can do with the case now; the page shows nothing else."""

    stage: str = ""
    claim: bool = False
    execute: bool = False
    why_not: str = ""
    reject_reasons: tuple[Reason, ...] = ()
    completion_reasons: tuple[Reason, ...] = ()
    general_grounds: tuple[Ground, ...] = ()
    ticked_grounds: tuple[str, ...] = ()
    proposed_grounds: tuple[Ground, ...] = ()
    agree: str = ""
    passes: str = ""
    colleagues: tuple[User, ...] = ()
    proposal: Decision | None = None
    later_reasons: tuple[Reason, ...] = ()
    answer_by: date | None = None
    no_completion: str = ""
    wants_text: bool = False


def actions_of(file: CaseFile, assignment: Assignment, user: User, *, ticked: tuple[str, ...] | None = None) -> Actions:
    """Derive the actions from the task row and the person's rights of this moment."""
    step = assignment.task.flow_task if assignment.task else None
    if not isinstance(step, Step):
        return Actions()
    colleagues: tuple[User, ...] = ()
    if file.membership_of(user, Can.REASSIGN):
        able = steps.colleagues(file, step, today=today())
        colleagues = tuple(u for u in able if u.pk != assignment.holder_id)
    if not file.membership_of(user, step.right):
        return Actions(stage=step.stage.code, colleagues=colleagues)
    why_not = file.refusal(user, step.stage.code) or ""
    execute = assignment.holder_id == user.pk and not why_not
    proposing = execute and step.stage.code == FIRST
    general = file.procedure.general_grounds if proposing else ()
    proposal = file.proposal if execute and not proposing else None
    rejecting = file.procedure.reasons("reject") if proposing else ()
    completed = file.completed_for if proposing else frozenset()
    early = [reason for reason in rejecting if reason.after_completion and reason.code not in completed]
    return Actions(
        stage=step.stage.code,
        claim=assignment.holder_id is None and not why_not,
        execute=execute,
        why_not=why_not,
        reject_reasons=tuple(reason for reason in rejecting if reason not in early),
        later_reasons=tuple(early),
        answer_by=completions.due_on(file.case, today=today()) if proposing else None,
        no_completion=(completions.refusal_of_term(file.case, today=today()) or "") if proposing else "",
        completion_reasons=tuple(file.procedure.reasons("completion")) if proposing else (),
        wants_text=proposing and file.procedure.demands_text(file.case, Outcome.APPROVE),
        general_grounds=general,
        ticked_grounds=tuple(each.code for each in general) if ticked is None else ticked,
        proposed_grounds=tuple(law.by_code(code) for code in proposal.grounds) if proposal else (),
        agree=str(step.stage.agree),
        passes=next((str(s.passes) for s in file.procedure.stages if s.only_on == Outcome.REJECT), ""),
        colleagues=colleagues,
        proposal=proposal,
    )


def history(case: Case, procedure: Procedure) -> list[dict[str, Any]]:
    """Who did what and when, from the audit events of the case."""
    events = list(Event.objects.filter(subject_type=Case._meta.label, subject_id=case.pk).order_by("pk"))
    users = User.objects.select_related("person").in_bulk([e.actor_user for e in events if e.actor_user])
    outcomes = dict(Outcome.choices)
    words = {"outcome": lambda value: outcomes.get(value, value), "step": procedure.step_label}
    return [
        {
            "at": event.at,
            "sentence": codes.sentence(event.code),
            "who": users.get(event.actor_user),
            "detail": ", ".join(str(words[k](v)) for k, v in event.facts.items() if k in words),
        }
        for event in events
    ]


def failed_job(case: Case) -> Job | None:
    """The issuing job, when it failed after repeated attempts."""
    kind = issuing.kind_of(case.procedure)
    return Job.objects.filter(kind=kind, object_id=case.pk, state=JobState.FAILED).first()


@require_GET
def document(request: SignedInRequest, public_id: UUID, document_id: UUID) -> HttpResponse:
    """A document of the case, as issued."""
    case = get_case_or_404(request.user, public_id)
    return pdf_response(get_sealed_document_or_404(case.public_id, document_id))


@require_POST
def retry(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask again for issuing that failed."""
    case = get_case_or_404(request.user, public_id)
    rights.demand(request.user, Can.RETRY_WORK, case.house)
    job = failed_job(case)
    if job is not None and queue.retry(job, by=request.user):
        messages.success(request, _("Emiterea a fost cerută din nou."))
    return redirect("workflows:case", public_id=case.public_id)


def _beside_steps(file: CaseFile, user: User) -> dict[str, Any]:
    """What this person can do with an open case besides its steps, and who can extend its term."""
    case = file.case
    if case.is_closed or case.state == CaseState.ISSUING or file.refusal_of_person(user):
        return {}
    return {
        "close": file.membership_of(user, Can.CLOSE) is not None,
        "join": file.membership_of(user, Can.REASSIGN) is not None and bool(closing.earlier(case)),
        "extend": file.membership_of(user, Can.EXTEND) is not None and not terms.refusal(case, today=today()),
    }


def _rights(file: CaseFile, user: User) -> list[Can]:
    return [right for right in Can if file.membership_of(user, right)]
