"""Log-in for every page that is not public; whose session ended is told what became of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from backoffice.accounts import tenant


class LoginMiddleware(LoginRequiredMiddleware):
    """Django's, but an ended session loses nothing unsaid.

    A page asks for the log-in and then opens; a form says that it was not received; autosave gets 401.
    """

    def process_view(self, request: HttpRequest, view_func: Callable, view_args: Any, view_kwargs: Any) -> Any:
        """The pages of the account library, and no others, may look for an account before anybody is known."""
        if view_func.__module__.startswith("allauth."):
            tenant.allow_account_lookup()
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:  # type: ignore[override]
        """The answer to who is not logged in: log-in page, a note that the form was not received, or 401."""
        if request.headers.get("X-Autosave"):
            return JsonResponse({"log_in": _log_in_at(request.path)}, status=401)
        if not getattr(request.session, "was_ended", False):
            return super().handle_no_permission(request, view_func)
        if request.method == "POST":
            return render(
                request, "accounts/session_ended.html", {"log_in": _log_in_at(_came_from(request))}, status=401
            )
        messages.info(
            request,
            _(
                "Sesiunea s-a încheiat: fie au trecut {minutes} minute fără nicio apăsare, "
                "fie v-ați conectat din altă parte. După conectare reveniți unde erați."
            ).format(minutes=settings.SESSION_IDLE_SECONDS // 60),
        )
        return super().handle_no_permission(request, view_func)


def _log_in_at(path: str) -> str:
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': path})}"


def _came_from(request: HttpRequest) -> str:
    """The page on which the form stood: a form's own address may take no GET."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return resolve_url("home")
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
