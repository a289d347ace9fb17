"""Template context about the demo: log-ins are shown on the log-in page in demo mode only."""

from django.conf import settings
from django.http import HttpRequest

from backoffice.accounts import demo as demo_people


def demo(request: HttpRequest) -> dict:
    """`demo_mode`, and the log-ins to try, outside production only."""
    if not settings.DEMO or settings.PRODUCTION:
        return {"demo_mode": False}
    return {"demo_mode": True, "demo_logins": demo_people.LOGINS, "demo_password": demo_people.PASSWORD}
