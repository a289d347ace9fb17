from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        """Make the kinds of work known to every process."""
        from workflows import deadlines, jobs  # noqa: F401
