from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "backoffice"

    def ready(self) -> None:
        """Let `manage.py check` ask for the keys."""
        from backoffice import checks  # noqa: F401
