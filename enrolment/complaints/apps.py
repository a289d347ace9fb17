from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "enrolment.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Plug both procedures in: what an addressee asks about a decision, and what the house itself begins."""
        from enrolment.complaints.procedure import Complaints
        from enrolment.complaints.revocations import Revocations
        from workflows import procedures

        procedures.register(Complaints())
        procedures.register(Revocations())
