from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        """Make the kinds of work known to every process, and let `manage.py check` look at flows and forms."""
        from workflows import deadlines, failed, notice  # noqa: F401
        from workflows.engine import checks  # noqa: F401
        from workflows.forms import checks as form_checks  # noqa: F401
        from workflows.services import letters  # noqa: F401
