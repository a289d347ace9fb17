from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "backoffice.audit"
    label = "audit"

    def ready(self) -> None:
        """Every room names its events; failed log-ins are written."""
        from django.contrib.auth.signals import user_login_failed

        from backoffice.audit.refusals import login_failed

        autodiscover_modules("events")
        user_login_failed.connect(login_failed, dispatch_uid="audit.login_failed")
