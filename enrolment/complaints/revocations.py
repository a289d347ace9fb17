"""The withdrawal or replacement of a decision: the house itself takes back what it decided, with four eyes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import User
from backoffice.accounts.roles import Can, Role
from backoffice.romania.law import L95, OG27, ORDER, ground
from enrolment.complaints import reasons, text
from enrolment.complaints.flow import RevocationFlow
from enrolment.complaints.form import REVOCATION_FORM
from notifications.kinds import DocumentKind
from workflows.enums import CLOSED, CaseState, Outcome
from workflows.models import Case
from workflows.privacy import Processing
from workflows.procedures import FollowUp, Offer, Reason, Text
from workflows.services import decisions

WITHDRAWN = DocumentKind("revocations.withdrawal", gettext_lazy("Decizie de retragere sau înlocuire"), is_decision=True)
KEPT = DocumentKind("revocations.kept", gettext_lazy("Hotărâre de păstrare a deciziei"), is_decision=True)


class Revocations(FollowUp):
    """The house withdraws a decision of any other procedure for good, or replaces it: the request is decided anew."""

    code = "revocations"
    title = gettext_lazy("Retragerea sau înlocuirea unei decizii")
    flow = RevocationFlow
    rights = {
        Role.CLERK: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.REVIEW, Can.HAND_OVER}),
        Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES, Can.VISA}),
        Role.HEAD: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.ENDORSE, Can.REASSIGN, Can.CLOSE}),
        Role.DIRECTOR: frozenset({Can.SEE_CASES, Can.SIGN, Can.REASSIGN, Can.EXTEND}),
    }
    general_grounds = (ground(L95, "art. 30 alin. (2)"), ground(ORDER, "întregul ordin"), ground(OG27, "art. 13"))
    processing = Processing(
        gettext_lazy("Retragerea sau înlocuirea unei decizii a casei, din oficiu."),
        {gettext_lazy("Cine a primit decizia"): gettext_lazy("de ce se retrage decizia și ce încetează odată cu ea")},
        (ground(L95, "art. 30 alin. (2)"),),
    )
    form = REVOCATION_FORM
    documents = {Outcome.APPROVE: (WITHDRAWN,), Outcome.REJECT: (KEPT,)}
    approve_label = gettext_lazy("Propun retragerea sau înlocuirea, cum s-a cerut")
    reject_label = gettext_lazy("Propun ca decizia să rămână")
    remark_hint = gettext_lazy("ce ați verificat și de ce propuneți astfel; apare în act")
    by_house = reviews = True

    def offer(self, case: Case, *, today: date) -> Offer | None:
        """About every decision that stands, but for one that has withdrawn another."""
        if case.procedure == self.code or not case.is_decided or (case.reviews and case.state == CaseState.APPROVED):
            return None
        opened = case.follow_ups.filter(reviews=True).exclude(state__in=CLOSED).select_related("entry").first()
        return Offer(
            _("Retrageți sau înlocuiți decizia"),
            lead=_("Din oficiu, când decizia este greșită. Înainte de a începe vedeți ce încetează odată cu ea."),
            refused=text.in_progress(opened) if opened else "",
        )

    def draft(self, about: Case | None) -> dict[str, Any]:
        """Which decision it is, as its act says it."""
        return {"decision": text.decision_of(about)} if about else {}

    def reasons(self, outcome: str) -> Sequence[Reason]:
        """Why the decision stays after all; nobody is asked to complete what the house began."""
        return reasons.KEPT if outcome == "reject" else ()

    def demands_text(self, case: Case, outcome: Outcome) -> bool:
        """The proposal says what was checked."""
        return True

    def decides_anew(self, case: Case) -> bool:
        """Replaced, or withdrawn for good, as was chosen."""
        return bool(case.content["which"] == "replace")

    def effects_of_withdrawal(self, case: Case) -> list[Text]:
        """A withdrawal that is withdrawn brings the request back, where nobody decides it already."""
        if case.about is not None and case.about.state == CaseState.REVOKED:
            again = _("Cererea nr. {entry}, închisă prin retragere, se hotărăște din nou, de alte persoane.")
            return [again.format(entry=case.about.entry)]
        return []

    def withdrawn(self, case: Case) -> None:
        """The request that this decision closed is decided anew."""
        if case.about is not None and case.about.state == CaseState.REVOKED:
            decisions.reopen(case.about, because=case)

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """Which decision ends, why, by which rule, and what ends with it."""
        return text.withdrawal(case, content, outcome)

    def state_label(self, state: str) -> Text:
        """A decision is withdrawn or stays."""
        labels: dict[str, Text] = {
            CaseState.APPROVED: gettext_lazy("Decizia retrasă sau înlocuită"),
            CaseState.REJECTED: gettext_lazy("Decizia rămâne"),
        }
        return labels.get(state) or super().state_label(state)

    def demo(self, people: Mapping[str, User]) -> int:
        """DEMO: one decision that was replaced."""
        from enrolment.complaints import demo

        return demo.seed_revocation(people)
