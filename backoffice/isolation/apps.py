from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class IsolationConfig(AppConfig):
    name = "backoffice.isolation"
    label = "isolation"

    def ready(self) -> None:
        """The walls are put up after each migrate and looked at by `check` (security.md S11, R12)."""
        from backoffice.isolation import checks

        register(checks.every_table_has_its_rule, Tags.models)
        register(checks.policies_installed, Tags.database, deploy=True)  # migrate itself must run where none stand yet
        post_migrate.connect(checks.install_after_migrate, sender=self)
