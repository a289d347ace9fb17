"""The inbox of a house and its search box."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backoffice.accounts.access import Grants
from backoffice.accounts.http import SignedInRequest
from backoffice.accounts.models import House
from backoffice.accounts.roles import Can
from backoffice.romania.calendar import today
from workflows import inbox as lists
from workflows import paging
from workflows.context import current_house, grants_of

TABS = ("mine", "take", "all")


@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    """The most urgent legal term first; mine, to take, all. Filters live in the URL."""
    house, grants = _work(request)
    queues = {
        "mine": lists.mine(request.user, house, grants),
        "take": lists.to_take(house, grants),
        "all": lists.everything(house, grants),
    }
    counts = {name: paging.capped(queue) for name, queue in queues.items()}
    tab = request.GET.get("lista") or ("mine" if counts["mine"] != "0" else "take")
    if tab not in TABS:
        raise Http404
    labels = {"mine": _("Ale mele"), "take": _("De preluat"), "all": _("Toate ale casei")}
    return render(
        request,
        "workflows/inbox.html",
        {
            "tab": tab,
            "tabs": [
                {"name": name, "label": labels[name], "count": counts[name], "active": name == tab} for name in TABS
            ],
            "page": lists.page_of(queues[tab], request.GET.get("dupa", "")),
            "today": today(),
        },
    )


@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    """Find a case of the house, open or closed."""
    house, grants = _work(request)
    query = request.GET.get("q", "")[:100]
    found = lists.find(house, grants, query)
    return render(request, "workflows/search.html", {"query": query, "cases": found, "today": today()})


def _work(request: SignedInRequest) -> tuple[House, Grants]:
    grants = grants_of(request)
    house = current_house(request, grants)
    if house is None or not grants.procedures_with(Can.SEE_CASES, house):
        raise Http404
    return house, grants
