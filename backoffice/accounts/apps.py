from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "backoffice.accounts"
    label = "accounts"

    def ready(self) -> None:
        user_logged_in.connect(enter_after_log_in)


def enter_after_log_in(user: Any, **kwargs: Any) -> None:
    """The page that logged somebody in goes on with what that account may see."""
    from backoffice.isolation import context

    context.enter_account(user.pk)
