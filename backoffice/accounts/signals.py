"""Which sessions end when an account's password, address or second factor changes."""

from typing import Any

from allauth.account import signals as account
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from backoffice.accounts import sessions, tenant
from backoffice.accounts.models import User


def log_in_changed(user: User, **_signal: Any) -> None:
    """Another password, address or second factor: only the session in which it was changed goes on."""
    sessions.outdate(user)
    request = getattr(context, "request", None)
    if request is not None and request.user == user:
        sessions.carry_over(request.session, user)


def second_factor_changed(instance: Authenticator, created: bool = True, **_signal: Any) -> None:
    """A factor is there or gone. allauth's own signals come after the commit, too late for this request's session."""
    if created:
        log_in_changed(user=instance.user)


def logged_in(user: User, **_signal: Any) -> None:
    """The page that logged somebody in goes on with what that account may see."""
    tenant.enter_account(user.pk)


def logged_out(request: HttpRequest, **_signal: Any) -> None:
    """For `HeadersMiddleware`: the browser forgets what it kept of the pages."""
    request.logged_out = True  # type: ignore[attr-defined]


for change in (account.password_changed, account.password_set, account.password_reset, account.email_changed):
    change.connect(log_in_changed)
for kept in (post_save, post_delete):
    kept.connect(second_factor_changed, sender=Authenticator)
user_logged_in.connect(logged_in)
user_logged_out.connect(logged_out)
