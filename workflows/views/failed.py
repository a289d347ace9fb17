"""Failed work of a house: seen, understood and asked for again by its head."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from backoffice.accounts import access as rights
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House
from backoffice.accounts.roles import Can
from backoffice.jobs.models import Job
from workflows import failed
from workflows.context import current_house, grants_of


@require_GET
def page(request: SignedInRequest) -> HttpResponse:
    """Everything that failed in this house, and what waits too long."""
    house = _house(request)
    return render(
        request,
        "workflows/failed.html",
        {
            "page": failed.page_of(house, grants_of(request), request.GET.get("dupa", "")),
            "reasons": failed.by_reason(house),
            "waiting": failed.waiting(house),
            "support": settings.SUPPORT_CONTACT,
        },
    )


@require_POST
def retry(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One job again."""
    job = Job.objects.filter(public_id=public_id, house=_house(request).pk).first()
    if job is None:
        raise Http404
    if failed.retry(job, by=request.user):
        messages.success(request, _("Operațiunea a fost cerută din nou."))
    else:
        messages.success(request, _("Operațiunea fusese deja reluată."))
    return redirect("workflows:failed")


@require_POST
def retry_all(request: SignedInRequest) -> HttpResponse:
    """Everything again that failed for one reason."""
    count = failed.retry_all(_house(request), code=request.POST.get("motiv", "")[:60], by=request.user)
    messages.success(
        request,
        ngettext("{n} operațiune a fost cerută din nou.", "{n} operațiuni au fost cerute din nou.", count).format(
            n=count
        ),
    )
    return redirect("workflows:failed")


def _house(request: SignedInRequest) -> House:
    """The house one works in, and the right to look after its work there. 404 for strangers, 403 for colleagues."""
    house = current_house(request, grants_of(request))
    if house is None:
        raise Http404
    rights.demand(request.user, Can.RETRY_WORK, house)
    return house
