"""The first page and the health check."""

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from backoffice.accounts.access import Grants
from backoffice.accounts.roles import Can
from backoffice.audit import checkpoints


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Strangers read what this is; staff go to their work, applicants to their requests."""
    if not request.user.is_authenticated:
        return render(request, "home.html")
    grants = Grants.of(request.user)
    rights = {right for house in grants.houses for right in grants.rights_in(house)}
    if Can.SEE_CASES in rights:
        return redirect("workflows:inbox")
    return redirect("accounts:people" if Can.MANAGE_PEOPLE in rights else "workflows:mine")


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; Redis may be away without stopping the web.

    A log without a checkpoint for 15 minutes is named, and stops nothing (docs/adr/0010-evidence.md).
    """
    try:
        late = checkpoints.is_late()
    except OperationalError:
        return JsonResponse({"database": "unavailable"}, status=503)
    return JsonResponse({"database": "ok", "log": "not sealed" if late else "sealed"})
