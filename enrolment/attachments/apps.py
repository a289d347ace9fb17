from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "enrolment.attachments"
    label = "attachments"

    def ready(self) -> None:
        """Make the kind of work known to every process."""
        from enrolment.attachments import jobs  # noqa: F401
