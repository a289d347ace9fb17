"""What allauth asks of us: where people go after log-in, and second-factor secrets at rest as ciphertext."""

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from backoffice.encryption import decrypt, encrypt, primary_prefix


class AccountAdapter(DefaultAccountAdapter):
    """E-mail is the name of an account; staff accounts are made by their house, providers make their own."""

    def populate_username(self, request: HttpRequest, user: object) -> None:
        """There are no user names."""

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Address confirmation and password mails go out at once; a mail server that is down must not be a 500."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            self.add_message(self.request, 30, "account/messages/mail_unreachable.txt")


class MFAAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are sealed like any other personal secret (libraries.md pitfall 12)."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt(text.encode(), context="mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(base64.b64decode(encrypted_text), context="mfa").decode()

    def is_current(self, encrypted_text: str) -> bool:
        """Does it lie under the primary key? (`rotation`)"""
        return base64.b64decode(encrypted_text).startswith(primary_prefix())
