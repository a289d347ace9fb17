from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "backoffice.audit"
    label = "audit"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_login_failed

        from backoffice.audit.refusals import login_failed

        user_login_failed.connect(login_failed, dispatch_uid="audit.login_failed")
