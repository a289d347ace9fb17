"""Taking, giving back and carrying out a step; the task row says which step it is."""

from collections.abc import Callable
from contextlib import suppress

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import User
from backoffice.http import errors
from backoffice.romania.calendar import today
from workflows.engine.nodes import Step
from workflows.enums import Outcome
from workflows.errors import Refused, Stale
from workflows.models import Case
from workflows.models.assignment import Task
from workflows.models.decision import LAST
from workflows.services import decisions, reviews, steps, texts
from workflows.services.casefile import CaseFile
from workflows.views import case as case_page


@require_POST
def claim(request: SignedInRequest, task: int) -> HttpResponse:
    """Take a step."""
    return _on_step(request, task, lambda t: steps.claim(t, by=request.user), lambda: _("Ați preluat dosarul."))


@require_POST
def release(request: SignedInRequest, task: int) -> HttpResponse:
    """Give a step back."""
    return _on_step(
        request, task, lambda t: steps.release(t, by=request.user), lambda: _("Dosarul este din nou în lista casei.")
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
    return _on_step(
        request, task, lambda t: steps.reassign(t, to=to, by=request.user), lambda: _("Dosarul a fost repartizat.")
    )


@require_http_methods(["GET", "POST"])
def execute(request: SignedInRequest, task: int) -> HttpResponse:
    """Carry out a step. Signing shows the text first and asks for a fresh log-in."""
    if request.method == "GET":
        return _look(request, task)
    outcome = request.POST.get("outcome", "")
    answer = steps.Answer(
        outcome=outcome,
        reasons=tuple(request.POST.getlist("completion_reasons" if outcome == "completion" else "reasons")),
        text=request.POST.get("text", "").replace("\x00", "").strip()[:4000],
        text_sha256=request.POST.get("text_sha256", ""),
        grounds=tuple(request.POST.getlist("grounds")),
    )
    asked: list[Step] = []

    def ask(step: Step) -> None:
        asked.append(step)
        _ask_log_in(request, step)

    def refuse(refused: Refused) -> HttpResponse:
        found = steps.task_for(request.user, task)
        if asked[0].stage.code == LAST:
            return _signing_page(request, found, refused=str(refused.sentence))
        return case_page.page(request, _case(found), refused=str(refused.sentence), typed=answer)

    return _on_step(
        request,
        task,
        lambda t: steps.execute(t, by=request.user, answer=answer, today=today(), ask=ask),
        lambda: _done(asked[0], answer),
        refuse,
    )


def _look(request: SignedInRequest, task: int) -> HttpResponse:
    """The page on which a step is carried out: the case page, but signing has one of its own."""
    try:
        found = steps.task_for(request.user, task)
    except Stale:
        return errors.conflict(request)
    if not isinstance(found.flow_task, Step):
        raise Http404
    if found.flow_task.stage.code != LAST:
        return redirect("workflows:case", public_id=_case(found).public_id)
    _ask_log_in(request, found.flow_task)
    return _signing_page(request, found)


def _ask_log_in(request: SignedInRequest, step: Step) -> None:
    """Signing asks for a fresh log-in."""
    if step.stage.code == LAST:
        raise_if_reauthentication_required(request, app="workflows")


def _done(step: Step, answer: steps.Answer) -> str:
    if answer.outcome == "return":
        return _("Dosarul a fost întors la verificare.")
    if answer.outcome == "completion":
        return _("Solicitarea de completări a fost trimisă.")
    return str(step.stage.done)


def _case(task: Task) -> Case:
    found = Case.objects.select_related("house", "entry", "filing", "about__entry", "about__about")
    return found.get(assignment__task=task)


def _signing_page(request: SignedInRequest, task: Task, refused: str = "") -> HttpResponse:
    """The frozen text with its fingerprint: exactly this is signed."""
    case = _case(task)
    file = CaseFile.of(case)
    decisions.demand_part(file, request.user, LAST)
    draft = texts.draft(file, Outcome(file.proposal.outcome))
    signed_before = reviews.signed_before(file, request.user)
    return render(
        request,
        "workflows/sign.html",
        {
            "case": case,
            "task": task,
            "draft": draft,
            "mine": task.owner_id == request.user.pk,
            "signed_before": signed_before,
            "stand_ins": reviews.stand_ins(file, request.user) if signed_before else [],
            "effects": reviews.effects(case) if file.proposed == Outcome.APPROVE else [],
            "refused": refused or decisions.unsignable(file) or "",
            "typed": request.POST,
        },
        status=422 if refused else 200,
    )


def _on_step(
    request: SignedInRequest,
    pk: int,
    do: Callable[[Task], Case],
    done: Callable[[], str],
    refuse: Callable[[Refused], HttpResponse] | None = None,
) -> HttpResponse:
    """Move a step, which is read under its lock only, then show the case; a refusal goes to the inbox by itself."""
    try:
        case = do(Task(pk=pk))
    except Stale:
        return _moved_on(request, pk)
    except PermissionDenied:
        _moved_on(request, pk)
        raise
    except Refused as refused:
        if refuse:
            return refuse(refused)
        messages.error(request, str(refused.sentence))
        return redirect("workflows:inbox")
    messages.success(request, done())
    return redirect("workflows:case", public_id=case.public_id)


def _moved_on(request: SignedInRequest, pk: int) -> HttpResponse:
    """409 for whoever may see the case of this step; for anybody else there is no such step."""
    with suppress(Stale):
        steps.task_for(request.user, pk)
    return errors.conflict(request)
