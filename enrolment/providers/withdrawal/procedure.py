"""The withdrawal of an enrolment at the provider's request, from a day that it chooses."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.roles import Can, Role
from backoffice.romania.calendar import today
from enrolment.providers import clock, services
from enrolment.providers.follow_up import REJECTION, AboutEnrolment
from enrolment.providers.withdrawal.flow import WithdrawalFlow
from enrolment.providers.withdrawal.form import FORM
from notifications.kinds import DocumentKind
from workflows.enums import Outcome
from workflows.models import Case
from workflows.procedures import Made, Text

WITHDRAWAL = DocumentKind("providers.withdrawal", gettext_lazy("Decizie de încetare a înrolării"), is_decision=True)


class Withdrawal(AboutEnrolment):
    """The holder of an enrolment ends it."""

    code = "providers_withdrawal"
    title = gettext_lazy("Încetarea înrolării, la cerere")
    button = gettext_lazy("Cereți încetarea înrolării")
    lead = gettext_lazy("Înrolarea încetează din ziua pe care o alegeți; cheia se blochează. Nu se poate relua.")
    asked = "încetare a înrolării"
    flow = WithdrawalFlow
    form = FORM
    rights = AboutEnrolment.rights | {Role.HEAD: frozenset({Can.SEE_CASES, Can.ENDORSE, Can.REASSIGN})}
    documents = {Outcome.APPROVE: (WITHDRAWAL,), Outcome.REJECT: (REJECTION,)}
    panel = "providers/panel.html"

    def refuse_proposal(self, case: Case, outcome: Outcome) -> str | None:
        """The day must be known: it stands in the decision."""
        if outcome == Outcome.APPROVE and not case.content.get("ends_on"):
            return _("Cererea nu spune din ce zi încetează înrolarea: cereți completarea ei.")
        return super().refuse_proposal(case, outcome)

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """From which day."""
        last = _day(content).isoformat() if content.get("ends_on") else ""
        return {**super().text(case, content, outcome), "ends_on": last}

    def signed(self, case: Case, outcome: Outcome) -> None:
        """From the signature on the end is certain; it comes on its day."""
        if outcome == Outcome.APPROVE:
            services.set_end(case, on=_day(case.content))

    def issued(self, case: Case, made: Made) -> None:
        """Where the day has come, the enrolment ends with the issuing of the act; else the clock ends it."""
        enrolment = services.enrolment_of(case)
        if enrolment is not None and enrolment.ended_by_id == case.pk:
            clock.end_if_due(enrolment, because=case)

    def effects_of_withdrawal(self, case: Case) -> list[Text]:
        """Before the day came the enrolment goes on; afterwards nothing comes back."""
        enrolment = services.enrolment_of(case)
        if enrolment is None or enrolment.ended_by_id != case.pk:
            return []
        if enrolment.ended_at is None:
            return [gettext_lazy("Înrolarea nu mai încetează: continuă ca înainte de această decizie.")]
        return [gettext_lazy("Înrolarea a încetat deja și nu se reia; furnizorul poate depune o cerere nouă.")]

    def withdrawn(self, case: Case) -> None:
        """An end that has not come yet is taken back."""
        services.clear_end(case)


def _day(content: dict[str, Any]) -> date:
    """The day that was asked for; today, where it has passed meanwhile."""
    return max(date.fromisoformat(content["ends_on"]), today())
