from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backoffice.accounts"
    label = "accounts"

    def ready(self) -> None:
        from backoffice.accounts import signals  # noqa: F401
