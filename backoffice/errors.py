"""Error pages that say what happened and what to do next; none needs the database."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "error.html", {"status": status, "title": title, "sentence": sentence}, status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(
        request, 400, _("Cererea nu a putut fi citită"), _("Întoarceți-vă la pagina anterioară și încercați din nou.")
    )


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(
        request,
        403,
        _("Nu aveți acest drept"),
        _("Rolul dumneavoastră de astăzi nu permite acest pas. Dacă ar trebui, adresați-vă administratorului casei."),
    )


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same words for what is not there and for what is somebody else's."""
    return _page(
        request,
        404,
        _("Pagina nu există"),
        _(
            "Adresa este greșită, pagina a fost mutată sau nu aveți acces la ea. Mergeți la prima pagină și căutați de acolo."
        ),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """413: refused before it is read. No `requires_csrf_token` here: it would read the body to look for the token."""
    return _page(
        request,
        413,
        _("Fișierul este prea mare"),
        _("Primim fișiere de cel mult 10 MB. Întoarceți-vă, alegeți un fișier mai mic sau fotografiați pagina."),
    )


@requires_csrf_token
def conflict(request: HttpRequest) -> HttpResponse:
    """409: somebody was faster."""
    return _page(
        request,
        409,
        _("Altcineva a fost mai rapid"),
        _(
            "Între timp dosarul a trecut mai departe; nu s-a schimbat nimic prin apăsarea dumneavoastră. Deschideți-l din nou."
        ),
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: nothing was changed; try again."""
    response = _page(
        request,
        503,
        _("Sistemul este ocupat"),
        _("Nu s-a schimbat nimic. Încercați din nou peste câteva secunde."),
    )
    response["Retry-After"] = "3"
    return response


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(
        request,
        500,
        _("A apărut o eroare la noi"),
        _("Ce ați trimis înainte este păstrat. Încercați din nou; dacă se repetă, spuneți-ne ora și ce făceați."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page has grown old, or that did not come from us."""
    return _page(
        request,
        403,
        _("Pagina a expirat"),
        _("Din motive de siguranță, formularul nu a fost primit. Reîncărcați pagina și trimiteți-l din nou."),
    )
