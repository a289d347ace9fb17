"""Gives each request an id that its events carry and its answer shows."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from backoffice.audit.context import request_id


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        value = uuid.uuid4()
        with request_id(value):
            response = self.get_response(request)
        response["X-Request-Id"] = str(value)
        return response
