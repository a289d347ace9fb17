from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "enrolment.providers"
    label = "providers"

    def ready(self) -> None:
        """Plug the enrolment in, and the three procedures about one."""
        from enrolment.providers.change.procedure import Change
        from enrolment.providers.key.procedure import NewKey
        from enrolment.providers.procedure import Providers
        from enrolment.providers.withdrawal.procedure import Withdrawal
        from workflows import procedures

        for procedure in (Providers(), Change(), NewKey(), Withdrawal()):
            procedures.register(procedure)
