from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "enrolment.providers"
    label = "providers"

    def ready(self) -> None:
        """Plug the procedure in."""
        from enrolment.providers.procedure import Providers
        from workflows import procedures

        procedures.register(Providers())
