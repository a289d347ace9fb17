"""Writes down what was forbidden."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backoffice.audit import refusals


class RefusalsMiddleware:
    """Every 403 leaves an event, after whatever was tried has been rolled back. The route is named, not the address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403:
            route = request.resolver_match.view_name if request.resolver_match else ""
            refusals.note("security.access_refused", request, route=route, method=request.method)
        return response
