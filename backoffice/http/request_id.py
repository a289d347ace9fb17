"""Which request, or which job, is running: one id through web and worker logs and events."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

_request_id: ContextVar[uuid.UUID | None] = ContextVar("request_id", default=None)


def current_request_id() -> uuid.UUID | None:
    """The id of the running request or job, if any."""
    return _request_id.get()


@contextmanager
def request_id(value: uuid.UUID) -> Iterator[None]:
    """Everything recorded inside carries `value`."""
    token = _request_id.set(value)
    try:
        yield
    finally:
        _request_id.reset(token)


class RequestIdMiddleware:
    """Gives each request an id that its events and log lines carry and its answer shows."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        value = uuid.uuid4()
        with request_id(value):
            response = self.get_response(request)
        response["X-Request-Id"] = str(value)
        return response
