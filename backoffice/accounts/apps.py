from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backoffice.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Sessions follow a changed log-in; rotation knows the index and the factors."""
        from backoffice.accounts import rotation, signals  # noqa: F401
