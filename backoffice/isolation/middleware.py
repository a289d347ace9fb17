"""Each request is one transaction behind the walls (security.md S11)."""

from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from backoffice.http import errors
from backoffice.isolation import context, roles

ACCOUNT_PAGES = "allauth."


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

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> None:
        """The pages of the account library, and no others, may look for an account before anybody is known."""
        if view.__module__.startswith(ACCOUNT_PAGES):
            context.allow_account_lookup()
