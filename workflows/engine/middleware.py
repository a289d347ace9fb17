"""What the engine and the database refuse, as pages a person understands."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from viewflow.fsm import TransitionNotAllowed
from viewflow.workflow.exceptions import FlowLockFailed

from backoffice.http import errors


class EngineErrorsMiddleware:
    """`TransitionNotAllowed` is 409, a busy or absent database 503 with Retry-After; nothing was changed then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for what the engine or the database refused; anything else goes on."""
        if isinstance(exception, TransitionNotAllowed):
            return errors.conflict(request)
        if isinstance(exception, FlowLockFailed | OperationalError):
            return errors.unavailable(request)
        if isinstance(exception, PermissionDenied):
            return errors.forbidden(request, exception)
        return None
