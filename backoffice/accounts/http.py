"""The request of a page that asks for a log-in."""

from django.http import HttpRequest

from backoffice.accounts.models import User
from backoffice.accounts.sessions import SessionStore


class SignedInRequest(HttpRequest):
    """For annotations: `LoginRequiredMiddleware` let only a logged-in person come this far."""

    user: User
    session: SessionStore
