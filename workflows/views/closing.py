"""Pages of a case beside its steps: closing it without a decision, joining it to another, extending its legal term.

The applicant's page for withdrawing a request is the fourth of their kind: each says first what will happen.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.roles import Can
from backoffice.http import errors
from backoffice.romania.calendar import today
from workflows import causes
from workflows.access import get_case_or_404, get_own_case_or_404
from workflows.errors import Refused, Stale
from workflows.models import Case
from workflows.models.extension import MOST_DAYS
from workflows.services import closing, terms
from workflows.services.casefile import CaseFile


def close(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The head closes a case without a decision (clasare)."""
    case = _case(request, public_id, Can.CLOSE)
    return _answer(
        request,
        case,
        "workflows/close.html",
        {"reasons": [(cause.code, cause.label) for cause in causes.CLOSING]},
        lambda: closing.close(case, by=request.user, reason=request.POST.get("reason", ""), text=_text(request)),
        _("Dosarul este clasat, iar solicitantul este înștiințat."),
    )


def join(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """A case is joined to an earlier one of the same subject (conexare)."""
    case = _case(request, public_id, Can.REASSIGN)
    mains = closing.earlier(case)
    return _answer(
        request,
        case,
        "workflows/join.html",
        {"mains": [(str(main.public_id), f"nr. {main.entry} – {main.state_label}") for main in mains]},
        lambda: closing.join(case, into=request.POST.get("into", ""), by=request.user),
        _("Dosarul este conexat, iar solicitantul este înștiințat."),
    )


def extend(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The director extends the legal term of a case."""
    case = _case(request, public_id, Can.EXTEND)
    days = request.POST.get("days", "").strip()
    return _answer(
        request,
        case,
        "workflows/extend.html",
        {
            "reasons": [(cause.code, cause.label) for cause in causes.EXTENSION],
            "most": MOST_DAYS,
            "why_not": terms.refusal(case, today=today()),
            "lines": terms.arithmetic(case),
        },
        lambda: terms.extend(
            case,
            by=request.user,
            days=int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else 0,
            reason=request.POST.get("reason", ""),
            text=_text(request),
            today=today(),
        ),
        _("Termenul este prelungit, iar solicitantul este înștiințat."),
    )


def withdraw(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Who filed a request withdraws it; the page says what that means, and asks."""
    case = get_own_case_or_404(request.user, public_id)
    context = {"case": case, "why_not": closing.refusal_of_withdrawal(case, request.user), "refused": ""}
    if request.method == "POST":
        try:
            if request.POST.get("sure") != "true":
                raise Refused(_("Bifați că vă retrageți cererea."))
            closing.withdraw(case, by=request.user)
        except Stale:
            return errors.conflict(request)
        except Refused as problem:
            context["refused"] = str(problem.sentence)
        else:
            messages.success(request, _("Cererea este retrasă."))
            return redirect("workflows:my_case", public_id=public_id)
    elif case.is_closed:
        return redirect("workflows:my_case", public_id=public_id)
    return render(request, "workflows/withdraw.html", context, status=422 if context["refused"] else 200)


def _case(request: SignedInRequest, public_id: UUID, right: Can) -> Case:
    """A case that this person may see, and something that they may do with it."""
    case = get_case_or_404(request.user, public_id)
    if CaseFile.of(case).membership_of(request.user, right) is None:
        raise PermissionDenied
    return case


def _answer(
    request: SignedInRequest,
    case: Case,
    template: str,
    context: dict[str, Any],
    do: Callable[[], object],
    done: str,
) -> HttpResponse:
    """A GET says what will happen, a POST does it; a refusal comes back with what was typed."""
    refused = ""
    if request.method == "POST":
        try:
            do()
        except Stale:
            return errors.conflict(request)
        except Refused as problem:
            refused = str(problem.sentence)
        else:
            messages.success(request, done)
            return redirect("workflows:case", public_id=case.public_id)
    elif case.is_closed:
        return redirect("workflows:case", public_id=case.public_id)
    context = {"case": case, "refused": refused, "typed": request.POST, "today": today(), **context}
    return render(request, template, context, status=422 if refused else 200)


def _text(request: SignedInRequest) -> str:
    return request.POST.get("text", "").replace("\x00", "").strip()[:4000]
