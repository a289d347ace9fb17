"""Taking, giving back and carrying out a step; the task row says which step it is."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from viewflow.workflow.models import Task

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import User
from backoffice.http import errors
from backoffice.romania.calendar import today
from workflows.engine.nodes import Step
from workflows.enums import Outcome
from workflows.errors import Refused, Stale
from workflows.models import Case
from workflows.models.decision import LAST
from workflows.services import decisions, steps, texts
from workflows.services.casefile import CaseFile
from workflows.views import case as case_page


@require_POST
def claim(request: SignedInRequest, task: int) -> HttpResponse:
    """Take a step."""
    return _on_step(request, task, lambda t: steps.claim(t, by=request.user), _("Ați preluat dosarul."))


@require_POST
def release(request: SignedInRequest, task: int) -> HttpResponse:
    """Give a step back."""
    return _on_step(
        request, task, lambda t: steps.release(t, by=request.user), _("Dosarul este din nou în lista casei.")
    )


@require_POST
def reassign(request: SignedInRequest, task: int) -> HttpResponse:
    """Give a step to a colleague."""
    pk = request.POST.get("to", "")
    to = (
        User.objects.filter(pk=pk, is_active=True).select_related("person").first()
        if pk.isdecimal() and len(pk) < 19
        else None
    )
    if to is None:
        raise Http404
    return _on_step(request, task, lambda t: steps.reassign(t, to=to, by=request.user), _("Dosarul a fost repartizat."))


@require_http_methods(["GET", "POST"])
def execute(request: SignedInRequest, task: int) -> HttpResponse:
    """Carry out a step. Signing shows the text first and asks for a fresh log-in."""
    try:
        found = steps.task_for(request.user, task)
    except Stale:
        return errors.conflict(request)
    if not isinstance(found.flow_task, Step):
        raise Http404
    if found.flow_task.stage.code == LAST:
        raise_if_reauthentication_required(request, app="workflows")
    if request.method == "GET":
        if found.flow_task.stage.code != LAST:
            return redirect("workflows:case", public_id=_case(found).public_id)
        return _signing_page(request, found)
    outcome = request.POST.get("outcome", "")
    answer = steps.Answer(
        outcome=outcome,
        reasons=tuple(request.POST.getlist("completion_reasons" if outcome == "completion" else "reasons")),
        text=request.POST.get("text", "").replace("\x00", "").strip()[:4000],
        text_sha256=request.POST.get("text_sha256", ""),
    )
    try:
        case = steps.execute(found, by=request.user, answer=answer, today=today())
    except Stale:
        return errors.conflict(request)
    except Refused as refused:
        if found.flow_task.stage.code == LAST:
            return _signing_page(request, found, refused=str(refused.sentence))
        return case_page.page(request, _case(found), refused=str(refused.sentence), typed=answer)
    messages.success(request, _done(found, answer))
    return redirect("workflows:case", public_id=case.public_id)


def _done(task: Task, answer: steps.Answer) -> str:
    if answer.outcome == "return":
        return _("Dosarul a fost întors la verificare.")
    if answer.outcome == "completion":
        return _("Solicitarea de completări a fost trimisă.")
    return str(task.flow_task.stage.done)


def _case(task: Task) -> Case:
    return Case.objects.select_related("house", "entry", "filing").get(assignment__task=task)


def _signing_page(request: SignedInRequest, task: Task, refused: str = "") -> HttpResponse:
    """The frozen text with its fingerprint: exactly this is signed."""
    case = _case(task)
    file = CaseFile.of(case)
    decisions.demand_part(file, request.user, LAST)
    draft = texts.draft(file, Outcome(file.proposal.outcome))
    return render(
        request,
        "workflows/sign.html",
        {
            "case": case,
            "task": task,
            "draft": draft,
            "mine": task.owner_id == request.user.pk,
            "refused": refused,
            "typed": request.POST,
        },
        status=422 if refused else 200,
    )


def _on_step(request: SignedInRequest, pk: int, do, done: str) -> HttpResponse:
    try:
        case = do(steps.task_for(request.user, pk))
    except Stale:
        return errors.conflict(request)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("workflows:inbox")
    messages.success(request, done)
    return redirect("workflows:case", public_id=case.public_id)
