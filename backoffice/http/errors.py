"""Error pages: what happened, what was kept, what to do next. None needs database, session or context processor."""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.http.request_id import current_request_id

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Page:
    """What one kind of error says."""

    status: int
    title: str | Promise
    happened: str | Promise
    next: str | Promise


BAD_REQUEST = Page(
    400,
    _("Cererea nu a putut fi citită"),
    _("Browserul a trimis ceva ce nu înțelegem; nu s-a schimbat nimic."),
    _("Întoarceți-vă la pagina anterioară, reîncărcați-o și încercați din nou."),
)
EXPIRED_FORM = Page(
    403,
    _("Pagina a expirat"),
    _("Din motive de siguranță, formularul nu a fost primit; nu s-a schimbat nimic."),
    _("Întoarceți-vă, reîncărcați pagina și trimiteți-l din nou."),
)
FORBIDDEN = Page(
    403,
    _("Nu aveți acest drept"),
    _("Rolul dumneavoastră de astăzi nu permite acest pas; nu s-a schimbat nimic."),
    _("Dacă ar trebui să îl puteți face, adresați-vă administratorului casei."),
)
NOT_FOUND = Page(
    404,
    _("Pagina nu există"),
    _("Adresa este greșită, pagina a fost mutată sau nu aveți acces la ea."),
    _("Mergeți la prima pagină și căutați de acolo."),
)
NOT_ALLOWED = Page(
    405,
    _("Pagina nu se deschide așa"),
    _("Aici se ajunge numai prin butonul unei pagini, nu prin adresă; nu s-a schimbat nimic."),
    _("Mergeți la prima pagină și apăsați butonul de acolo."),
)
CONFLICT = Page(
    409,
    _("Altcineva a fost mai rapid"),
    _("Între timp dosarul a trecut mai departe; nu s-a schimbat nimic prin apăsarea dumneavoastră."),
    _("Deschideți dosarul din nou, ca să vedeți unde este."),
)
TOO_MUCH = Page(
    413,
    _("Ați trimis prea mult deodată"),
    _("Ce ați trimis acum depășește limita și nu a fost păstrat; ce salvaserăți înainte este neatins."),
    _("Întoarceți-vă, scurtați textele sau alegeți un fișier de cel mult 10 MB și trimiteți din nou."),
)
TOO_MANY = Page(
    429,
    _("Prea multe încercări"),
    _(
        "Pentru siguranță, această pagină primește numai câteva încercări la rând; "
        "cea de acum nu a fost luată în seamă."
    ),
    _("Încercați din nou după ora {time}."),
)
SERVER_ERROR = Page(
    500,
    _("A apărut o eroare la noi"),
    _("Ultima apăsare nu a avut efect; ce salvaserăți înainte este păstrat."),
    _("Încercați din nou. Dacă se repetă, trimiteți-ne numărul de mai jos: cu el găsim ce s-a întâmplat."),
)
UNAVAILABLE = Page(
    503,
    _("Sistemul este ocupat"),
    _("Nu s-a schimbat nimic; ce salvaserăți înainte este păstrat."),
    _("Încercați din nou peste câteva secunde."),
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, and 413 when what is wrong is the size."""
    return show(request, TOO_MUCH if isinstance(exception, TOO_LARGE) else BAD_REQUEST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page has grown old, or that did not come from us."""
    return show(request, EXPIRED_FORM)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return show(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same words for what is not there and for what is somebody else's."""
    return show(request, NOT_FOUND)


def not_allowed(request: HttpRequest, allow: str = "GET, HEAD, POST") -> HttpResponse:
    """405."""
    return show(request, NOT_ALLOWED, {"Allow": allow})


def conflict(request: HttpRequest) -> HttpResponse:
    """409: somebody was faster."""
    return show(request, CONFLICT)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: refused before it is read."""
    return show(request, TOO_MUCH)


def too_many(request: HttpRequest, *, wait: int = 300) -> HttpResponse:
    """429 for `wait` seconds more; five minutes, the longest window of log-in and mails, when nobody knows better."""
    again = timezone.now() + timedelta(seconds=wait)
    return show(request, TOO_MANY, {"Retry-After": str(wait)}, time=_next_minute(again))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, and 503 when what failed is the way to the database."""
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return unavailable(request)
    return show(request, SERVER_ERROR, number=str(current_request_id() or ""))


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: nothing was changed; try again."""
    return show(request, UNAVAILABLE, {"Retry-After": "5"})


def show(
    request: HttpRequest, page: Page, headers: dict[str, str] | None = None, *, time: str = "", number: str = ""
) -> HttpResponse:
    """The page in the browser's language, which outer middleware must find by itself."""
    with translation.override(translation.get_language_from_request(request)):
        text = render_to_string(
            "error.html", {"page": page, "next": str(page.next).format(time=time), "number": number}
        )
    return HttpResponse(text, status=page.status, headers=headers)


class ErrorPagesMiddleware:
    """Answers that Django leaves empty get their page: a method a page does not take."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            return not_allowed(request, response["Allow"])
        return response


def _next_minute(moment: datetime) -> str:
    """A clock reading that is surely past `moment`."""
    return timezone.localtime(moment + timedelta(minutes=1)).strftime("%H:%M")
