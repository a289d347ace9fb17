from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class IsolationConfig(AppConfig):
    name = "backoffice.isolation"
    label = "isolation"

    def ready(self) -> None:
        """Guards and policies are installed after each migrate and compared with the database by `check`."""
        from backoffice.isolation import checks

        register(checks.every_table_has_its_rule, Tags.models)
        register(checks.policies_installed, Tags.database, deploy=True)  # migrate itself must run where none stand yet
        post_migrate.connect(checks.install_after_migrate, sender=self)
