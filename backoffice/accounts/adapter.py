"""What allauth asks of us: log-in and step-up, its mails, and second-factor secrets at rest as ciphertext."""

import base64
import time
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice.accounts import sessions
from backoffice.accounts.access import Grants
from backoffice.accounts.models import User
from backoffice.crypto.encryption import decrypt, encrypt, primary_prefix


class AccountAdapter(DefaultAccountAdapter):
    """E-mail is the name of an account; staff accounts are made by their house, applicants make their own."""

    def populate_username(self, request: HttpRequest, user: object) -> None:
        """There are no user names."""

    def login(self, request: HttpRequest, user: User) -> None:
        """Staff work in one place at a time: the new session ends the others, and the person is told."""
        super().login(request, user)
        if Grants.of(user).memberships and sessions.end_others(request.session, user):
            messages.warning(request, _("Erați conectat și din altă parte; sesiunea de acolo s-a încheiat."))

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """A log-in that is still fresh is a step-up too: what it proved, it proved just now."""
        records = get_authentication_records(self.request, self.request.user)
        fresh = records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Address confirmation and password mails go out at once; a mail server that is down must not be a 500."""
        links = {name: _at_base_url(value) for name, value in context.items() if name.endswith("_url")}
        try:
            super().send_mail(template_prefix, email, context | links | {"base_url": settings.BASE_URL})
        except OSError:
            self.add_message(self.request, messages.WARNING, "account/messages/mail_unreachable.txt")


def _at_base_url(link: str) -> str:
    """The link under our public name, whatever host the request named."""
    parts = urlsplit(link)
    return f"{settings.BASE_URL}{parts.path}{'?' if parts.query else ''}{parts.query}"


class MFAAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds at rest: encrypted by us, because allauth keeps them in clear by itself."""

    def encrypt(self, text: str) -> str:
        """The secret as ciphertext, for allauth to keep."""
        return base64.b64encode(encrypt(text.encode(), context="mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret behind a kept ciphertext."""
        return decrypt(base64.b64decode(encrypted_text), context="mfa").decode()

    def is_current(self, encrypted_text: str) -> bool:
        """Does it lie under the primary key? (`rotation`)"""
        return base64.b64decode(encrypted_text).startswith(primary_prefix())
