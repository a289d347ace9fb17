"""What the three procedures about an enrolment have in common: change of data, new key, withdrawal."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can, Role
from backoffice.romania.law import ORDER, Ground, ground
from enrolment.providers import services, text
from enrolment.providers.models import Enrolment
from enrolment.providers.procedure import APPROVAL, Providers, panel_of
from notifications.kinds import DocumentKind
from notifications.models import Document
from workflows import procedures
from workflows.enums import CLOSED, CaseState, Outcome
from workflows.models import Case
from workflows.procedures import Finding, FollowUp, Offer, Reason, Text

REJECTION = DocumentKind(
    "providers.request_rejection", gettext_lazy("Decizie de respingere a cererii"), is_decision=True
)
# The reasons of the enrolment that fit a request about one: who asks, what lacks, a signature that lacks.
WHO_ASKS = "R03"
WRONG_FIELDS, UNSIGNED = "R11", "R14"


def reason(code: str, label: Text, fix: Text, *grounds: Ground) -> Reason:
    """One reason of these procedures, with what it rests on."""
    return Reason(code, label, fix, grounds)


ENDED = reason(
    "E01",
    gettext_lazy("Înrolarea despre care este cererea a încetat sau încetarea ei este hotărâtă."),
    gettext_lazy("Depuneți o cerere nouă de înrolare, când furnizorul vrea să folosească din nou platforma."),
    ground(ORDER, "întregul ordin"),
)


class AboutEnrolment(FollowUp):
    """What may be asked about an enrolment that stands, on the pages of its case; one of each kind at a time."""

    rights = {
        Role.CLERK: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.REVIEW, Can.HAND_OVER}),
        Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES}),
        Role.HEAD: frozenset({Can.SEE_CASES, Can.REASSIGN, Can.CLOSE}),
        Role.DIRECTOR: frozenset({Can.SEE_CASES, Can.SIGN, Can.REASSIGN, Can.EXTEND}),
    }
    general_grounds = Providers.general_grounds
    processing = Providers.processing
    capacities = Providers.capacities
    key_label = "CUI"
    introduction = "providers/introduction.html"
    rules_version = "2026-11"
    # The words of its button, what it does, and what the acts call it: "cererea de …".
    button: Text
    lead: Text
    asked: str
    own_reasons: tuple[Reason, ...] = (ENDED,)

    def offer(self, case: Case, *, today: date) -> Offer | None:
        """About every enrolment that stands; while a request of this kind is open, its answer comes first."""
        if case.procedure != Providers.code or case.state != CaseState.APPROVED:
            return None
        enrolment = services.enrolment_of(case)
        if enrolment is None or enrolment.ended_at:
            return None
        return Offer(self.button, self.lead, refused=self._why_not_now(case, enrolment))

    def _why_not_now(self, case: Case, enrolment: Enrolment) -> str:
        pending = Case.objects.filter(about=case, procedure=self.code).exclude(state__in=CLOSED)
        open_one = pending.select_related("entry").first()
        if open_one is not None:
            return _("Cererea nr. {number} este în lucru: așteptați întâi răspunsul la ea.").format(
                number=open_one.entry
            )
        return services.why_not_living(enrolment)

    def reasons(self, outcome: str) -> Sequence[Reason]:
        """Who asks may not, or what is asked cannot be; a completion asks for what lacks."""
        of_enrolment = [WHO_ASKS] if outcome == "reject" else [WHO_ASKS, WRONG_FIELDS, UNSIGNED]
        shared = [procedures.get(Providers.code).reason(code) for code in of_enrolment]
        return [*shared, *(self.own_reasons if outcome == "reject" else ())]

    def reason(self, code: str) -> Reason:
        """One of its own reasons, or one of the enrolment's."""
        own = {found.code: found for found in self.own_reasons}
        return own.get(code) or procedures.get(Providers.code).reason(code)

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
        """What stands wrongly on the paper, and a signature that lacks."""
        found = [Finding(WRONG_FIELDS, path) for path in sorted(as_written)]
        found += [Finding(WRONG_FIELDS, path, {"missing": True}) for path in sorted(missing)]
        return [*found, Finding(UNSIGNED, "signature")] if content.get("signature") == "none" else found

    def explain(self, finding: Finding) -> str:
        """A finding as a sentence."""
        return procedures.get(Providers.code).explain(finding)

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """The provider as its data stand now, and the decision that enrolled it."""
        enrolment = services.enrolment_of(case)
        words = text.words(case, enrolment.content if enrolment else content)
        return {**words, "asked": self.asked, "approval": _approval(case)}

    def refuse_proposal(self, case: Case, outcome: Outcome) -> str | None:
        """Nothing is granted about an enrolment that ended."""
        if outcome != Outcome.APPROVE:
            return None
        return services.why_not_living(services.enrolment_of(case)) or None

    def signed(self, case: Case, outcome: Outcome) -> None:
        """The enrolment stands, and nothing else is being issued about it."""
        if outcome == Outcome.APPROVE:
            services.lock_living(case)

    def panel_context(self, case: Case, user: User) -> dict[str, Any]:
        """What the enrolment is and has."""
        return panel_of(case)


def _approval(case: Case) -> dict[str, str]:
    """The number of the decision that enrolled the provider; of the newest, where it was decided anew."""
    subject = case.about or case
    found = Document.objects.filter(about=subject.public_id, kind=APPROVAL.code, sealed_at__isnull=False).last()
    return {"number": found.number, "decided_on": found.day.isoformat()} if found and found.day else {}
