from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "attachments"

    def ready(self) -> None:
        """Make the kind of work known to every process."""
        from attachments import jobs  # noqa: F401
