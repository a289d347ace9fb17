"""Each request is one tenant transaction."""

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from backoffice.http import errors
from backoffice.isolation import context, roles


class TenantMiddleware:
    """Session, view and messages share the transaction; an exception undoes the view alone (ATOMIC_REQUESTS).

    The context is entered by the statement that reads the session's row; who has none sees nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            with context.tenant_transaction(roles.WEB):
                return self.get_response(request)
        except (OperationalError, InterfaceError):
            return errors.unavailable(request)
