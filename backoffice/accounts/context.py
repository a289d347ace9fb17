"""Template context about accounts: the menu of one's own, and the log-ins of the demo."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.accounts import demo as demo_people

PAGES = (
    ("account_email", _("Adresa de e-mail")),
    ("account_change_password", _("Parola")),
    ("mfa_index", _("Al doilea factor")),
    ("accounts:sessions", _("Sesiunile mele")),
)


def account(request: HttpRequest) -> dict:
    """`account_pages`: the menu of one's own account."""
    return {"account_pages": PAGES}


def demo(request: HttpRequest) -> dict:
    """`demo_mode`, and the log-ins to try, outside production only."""
    if not settings.DEMO or settings.PRODUCTION:
        return {"demo_mode": False}
    return {"demo_mode": True, "demo_logins": demo_people.LOGINS, "demo_password": demo_people.PASSWORD}
