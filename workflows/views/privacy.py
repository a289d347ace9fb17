"""The privacy notice: anybody may read it, without an account, and take it along as PDF."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_GET

from backoffice.accounts.models import House
from notifications.models import PublicPaper
from notifications.services import papers
from workflows import notice


@login_not_required
@require_GET
def privacy_houses(request: HttpRequest) -> HttpResponse:
    """Each house is the controller of its own cases: choose one."""
    return render(request, "workflows/privacy_houses.html", {"houses": notice.houses()})


@login_not_required
@require_GET
def privacy_page(request: HttpRequest, code: str) -> HttpResponse:
    """The notice of one house, as it is today; the PDF beside it once it says the same."""
    house = _house_or_404(code)
    context = notice.words(house) | {"of": house, "has_pdf": _paper(house) is not None}
    return render(request, "workflows/privacy_of_house.html", context)


@login_not_required
@require_GET
def privacy_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The notice as PDF, in Romanian; 404 while a worker has not made it yet."""
    house = _house_or_404(code)
    paper = _paper(house)
    if paper is None:
        raise Http404
    response = HttpResponse(bytes(paper.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="informare-{house.code}.pdf"'
    return response


def _house_or_404(code: str) -> House:
    return get_object_or_404(House.objects.exclude(county=""), code=code)


def _paper(house: House) -> PublicPaper | None:
    with translation.override("ro"):
        return papers.current(house=house, kind=notice.KIND, words=notice.words(house))
