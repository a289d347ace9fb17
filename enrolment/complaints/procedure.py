"""The prior complaint: whoever is not content with a decision asks the house that gave it to take it back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can, Role
from backoffice.romania.law import L554, OG27, ground
from enrolment.complaints import reasons, terms, text
from enrolment.complaints.flow import ComplaintFlow
from enrolment.complaints.form import COMPLAINT_FORM
from notifications.kinds import DocumentKind
from workflows import procedures
from workflows.attachments.kinds import Kind
from workflows.enums import CLOSED, CaseState, Outcome
from workflows.models import Case
from workflows.privacy import Processing
from workflows.procedures import Finding, FollowUp, Offer, Reason, Text
from workflows.services import deliveries

ANSWER = DocumentKind("complaints.answer", gettext_lazy("Răspuns la plângerea prealabilă"), is_decision=True)
ATTACHMENTS = (
    Kind(
        "complaint_evidence",
        gettext_lazy("Acte care susțin plângerea"),
        gettext_lazy("Câte un fișier pentru fiecare act. Nu sunt obligatorii."),
        "",
        most=10,
    ),
)


class Complaints(FollowUp):
    """A prior complaint about a decision of any other procedure; others propose, endorse and give the visa."""

    code = "complaints"
    title = gettext_lazy("Plângere prealabilă")
    flow = ComplaintFlow
    rights = {
        Role.CLERK: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.REVIEW, Can.HAND_OVER}),
        Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES, Can.VISA}),
        Role.HEAD: frozenset({Can.SEE_CASES, Can.ENDORSE, Can.REASSIGN, Can.CLOSE}),
        Role.DIRECTOR: frozenset({Can.SEE_CASES, Can.SIGN, Can.REASSIGN, Can.EXTEND}),
    }
    general_grounds = (ground(L554, "art. 7"), ground(OG27, "art. 8"))
    processing = Processing(
        gettext_lazy("Răspunsul la plângerea prealabilă împotriva unei decizii a casei."),
        {
            gettext_lazy("Cine face plângerea"): gettext_lazy(
                "ce contestă, de ce și ce cere; actele pe care le atașează"
            )
        },
        (ground(L554, "art. 7"),),
    )
    form = COMPLAINT_FORM
    documents = {Outcome.APPROVE: (ANSWER,), Outcome.REJECT: (ANSWER,)}
    attachments = ATTACHMENTS
    rules_version = "1"
    approve_label = gettext_lazy("Propun admiterea plângerii")
    reject_label = gettext_lazy("Propun respingerea plângerii")
    remark_hint = gettext_lazy("ce ați constatat și de ce propuneți astfel; apare în răspuns")
    applicant_panel = "complaints/applicant_panel.html"
    reviews = by_others = True

    def offer(self, case: Case, *, today: date) -> Offer | None:
        """About every decision that stands, but for answers to complaints and what the house decided to leave alone."""
        if case.procedure == self.code or not case.is_decided:
            return None
        if procedures.get(case.procedure).by_house and case.state == CaseState.REJECTED:
            return None
        return Offer(
            _("Faceți plângere prealabilă"),
            lead=terms.in_words(terms.term_of(deliveries.communicated_on(case)), today),
            refused=self._refusal(case),
        )

    def draft(self, about: Case | None) -> dict[str, Any]:
        """Which decision it is, as its act says it."""
        return {"decision": text.decision_of(about)} if about else {}

    def findings(
        self,
        content: dict[str, Any],
        *,
        house: House,
        today: date,
        case: Case | None = None,
        about: Case | None = None,
        as_written: frozenset[str] = frozenset(),
        missing: frozenset[str] = frozenset(),
    ) -> list[Finding]:
        """Too late, and by how much; not signed."""
        found = []
        term = terms.term_of(deliveries.communicated_on(about)) if about else None
        if term and (late := term.late_by(date.fromisoformat(content["received_on"]))):
            facts = {"days": late, "last": f"{term.ends_on:%d.%m.%Y}", "told": f"{term.begins_on:%d.%m.%Y}"}
            found.append(Finding(reasons.LATE, "received_on", facts))
        if content["signature"] == "none":
            found.append(Finding(reasons.UNSIGNED, "signature"))
        return found

    def explain(self, finding: Finding) -> str:
        """A finding as a sentence."""
        if finding.code == reasons.LATE:
            return ngettext(
                "decizia a fost comunicată la {told}, ultima zi a fost {last}; plângerea a venit cu {days} zi mai "
                "târziu.",
                "decizia a fost comunicată la {told}, ultima zi a fost {last}; plângerea a venit cu {days} zile mai "
                "târziu.",
                finding.facts["days"],
            ).format(**finding.facts)
        return _("pe hârtie lipsește semnătura.")

    def reasons(self, outcome: str) -> Sequence[Reason]:
        """Why a complaint is rejected, or must be completed."""
        return reasons.REJECTIONS if outcome == "reject" else reasons.COMPLETIONS

    def demands_text(self, case: Case, outcome: Outcome) -> bool:
        """An answer says what was found, whatever it is."""
        return True

    def refuse_completion(self, case: Case, content: dict[str, Any]) -> str | None:
        """Which decision it is about stays."""
        if content["decision"] != case.content["decision"]:
            return _("Decizia despre care este plângerea nu se schimbă prin completare.")
        return None

    def withdraws(self, content: dict[str, Any]) -> bool:
        """Only where the withdrawal was asked for: a change leaves the rest of the decision as it is."""
        return bool(content["asks"] == "withdraw")

    def decides_anew(self, case: Case) -> bool:
        """The request is answered again; what the house began itself ends with its withdrawal."""
        return case.about is not None and not procedures.get(case.about.procedure).by_house

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """What was complained of, what was found, and what ends."""
        return text.answer(case, content, outcome)

    def state_label(self, state: str) -> Text:
        """A complaint is admitted or rejected."""
        return gettext_lazy("Admisă") if state == CaseState.APPROVED else super().state_label(state)

    def demo(self, people: Mapping[str, User]) -> int:
        """DEMO: one complaint that waits for its answer."""
        from enrolment.complaints import demo

        return demo.seed_complaint(people)

    def _refusal(self, case: Case) -> str:
        """Why no complaint can be made about this decision now; empty when it can."""
        following = case.follow_ups.select_related("entry")
        if opened := following.filter(reviews=True).exclude(state__in=CLOSED).first():
            return text.in_progress(opened)
        answered = following.filter(procedure=self.code, created_at__gt=case.decided_at).order_by("pk").last()
        if answered is None:
            return ""
        return _(
            "Plângerea nr. {number} despre această decizie a primit răspuns. Împotriva lui nu se face altă plângere: "
            "se poate merge la instanța de contencios administrativ, în șase luni de la comunicare."
        ).format(number=answered.entry)
