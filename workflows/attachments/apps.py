from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "workflows.attachments"
    label = "attachments"

    def ready(self) -> None:
        """Make the kind of work known to every process."""
        from workflows.attachments import jobs  # noqa: F401
