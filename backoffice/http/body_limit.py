"""A body that is too large is refused by its announced length, before anything reads it (docs/uploads.md)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from backoffice.http import errors


class BodyLimitMiddleware:
    """Looks before the view phase, in which the CSRF check reads the body. Without a length nothing is read at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isascii() and announced.isdecimal() and int(announced) > settings.MAX_REQUEST_BYTES:
            return errors.too_large(request)
        return self.get_response(request)
