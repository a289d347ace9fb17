from django.apps import AppConfig


class CryptoConfig(AppConfig):
    name = "backoffice.crypto"
    label = "crypto"

    def ready(self) -> None:
        """Let `manage.py check` ask for the keys."""
        from backoffice.crypto import checks  # noqa: F401
