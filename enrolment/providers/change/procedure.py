"""A change of the data of an enrolment: the whole form with what is new in it; what differs is judged and signed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can, Role
from backoffice.romania.law import ORDER, ground
from enrolment.providers import rules, services, text
from enrolment.providers.change.differences import Difference, differences
from enrolment.providers.change.flow import ChangeFlow
from enrolment.providers.change.form import FORM
from enrolment.providers.follow_up import ENDED, REJECTION, AboutEnrolment, reason
from enrolment.providers.procedure import ATTACHMENTS, Providers
from notifications.kinds import DocumentKind
from workflows import procedures
from workflows.enums import Outcome
from workflows.models import Case
from workflows.procedures import Finding, Made, Reason, Subject, Text

CHANGE = DocumentKind("providers.change", gettext_lazy("Decizie de schimbare a datelor"), is_decision=True)
FRAME = ("ref", "received_on", "channel", "house", "signature")
DECLARED_ANEW = ("declaration", "privacy_notice")
OTHER_COUNTY = reason(
    "C01",
    gettext_lazy("Un punct de lucru se află în alt județ; acolo este competentă casa acelui județ."),
    gettext_lazy("Depuneți o cerere de înrolare pentru județul acela; aici schimbați numai restul."),
    ground(ORDER, "întregul ordin"),
)
NOTHING_NEW = reason(
    "C02",
    gettext_lazy("Datele din cerere sunt cele pe care casa le are deja."),
    gettext_lazy("Nu aveți nimic de făcut. Când se schimbă ceva, cereți atunci schimbarea."),
    ground(ORDER, "întregul ordin"),
)
# Of the enrolment's reasons: that there is one already is no reason here.
TAKEN = "R12"


class Change(AboutEnrolment):
    """The holder of an enrolment communicates what changed since the request."""

    code = "providers_change"
    title = gettext_lazy("Schimbarea datelor din înrolare")
    button = gettext_lazy("Comunicați o schimbare a datelor")
    lead = gettext_lazy(
        "Contact, sediu, puncte de lucru din același județ, reprezentant legal, medici, aplicația folosită. Formularul "
        "este completat cu datele de acum; schimbați ce este altfel."
    )
    asked = "schimbare a datelor din înrolare"
    flow = ChangeFlow
    form = FORM
    rights = AboutEnrolment.rights | {
        Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES, Can.VISA}),
        Role.HEAD: frozenset({Can.SEE_CASES, Can.ENDORSE, Can.REASSIGN, Can.CLOSE}),
    }
    documents = {Outcome.APPROVE: (CHANGE,), Outcome.REJECT: (REJECTION,)}
    attachments = ATTACHMENTS
    rules_version = rules.RULES_VERSION
    own_reasons = (OTHER_COUNTY, NOTHING_NEW, ENDED)
    panel = "providers/change_panel.html"
    applicant_panel = "providers/change_panel.html"

    def draft(self, about: Case | None) -> dict[str, Any]:
        """What holds now. Declarations are given anew, and the frame is that of this request."""
        enrolment = services.enrolment_of(about) if about else None
        content = enrolment.content if enrolment else {}
        return {key: value for key, value in content.items() if key not in (*FRAME, *DECLARED_ANEW)}

    def draft_name(self, content: dict[str, Any]) -> str:
        """The name of the provider."""
        return procedures.get(Providers.code).draft_name(content)

    def subject(self, content: dict[str, Any]) -> Subject:
        """Who is named now decides nothing about it, new physicians included."""
        named = procedures.get(Providers.code).subject(content)
        return Subject(key="", name="", email="", parties=named.parties)

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
        """The rules of the enrolment over the new content, and whether it is a change that this house can grant."""
        found = rules.findings(content, today=today, redirected=False, as_written=as_written, missing=missing)
        if about is not None:
            found += _findings(content, about)
        return found

    def explain(self, finding: Finding) -> str:
        """A finding as a sentence."""
        if finding.code == OTHER_COUNTY.code:
            return _(
                "Punctul de lucru „{name}” este în județul {county}: pentru el depuneți o cerere de înrolare, pe care "
                "o rezolvă casa acelui județ. Aici se schimbă numai ce ține de județul casei."
            ).format(**finding.facts)
        if finding.code == NOTHING_NEW.code:
            return _("Nimic din cerere nu este altfel decât datele pe care casa le are: schimbați întâi ceva.")
        return super().explain(finding)

    def reasons(self, outcome: str) -> Sequence[Reason]:
        """The reasons of an enrolment, without that there is one; and its own."""
        shared = [found for found in procedures.get(Providers.code).reasons(outcome) if found.code != TAKEN]
        return [*shared, *(self.own_reasons if outcome == "reject" else ())]

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """The provider under its new name, and what differs."""
        words = super().text(case, content, outcome) | text.words(case, content)
        return {**words, "changes": [found.as_dict() for found in changes_of(case)]}

    def refuse_filing(self, content: dict[str, Any], *, about: Case | None) -> str | None:
        """What could not be granted is said before it is filed."""
        return next((self.explain(found) for found in _findings(content, about)), None) if about else None

    def refuse_proposal(self, case: Case, outcome: Outcome) -> str | None:
        """Only a change that this house can grant."""
        if outcome == Outcome.APPROVE and case.about:
            for finding in _findings(case.content, case.about):
                return self.explain(finding)
        return super().refuse_proposal(case, outcome)

    def issued(self, case: Case, made: Made) -> None:
        """From the act on the new data hold."""
        if case.decisions.filter(round=case.round, stage="sign", outcome=Outcome.APPROVE).exists():
            services.change_data(case)

    def effects_of_withdrawal(self, case: Case) -> list[Text]:
        """What held before holds again, unless a later change came: each is a whole set of data."""
        change = case.data_changes.filter(withdrawn_at__isnull=True).select_related("enrolment").first()
        if change is None or change.enrolment.ended_at:
            return []
        if change.enrolment.content_case != case:
            return [gettext_lazy("Datele rămân cele de acum, dintr-o schimbare aprobată mai târziu.")]
        return [gettext_lazy("Datele de dinaintea acestei schimbări sunt din nou cele în vigoare.")]

    def withdrawn(self, case: Case) -> None:
        """The change no longer holds."""
        services.undo_change(case)

    def panel_context(self, case: Case, user: User) -> dict[str, Any]:
        """What differs, before and after."""
        return super().panel_context(case, user) | {"changes": changes_of(case)}


def changes_of(case: Case) -> list[Difference]:
    """What this change makes different: from what holds now, or from what held when it was approved."""
    enrolment = services.enrolment_of(case)
    return differences(services.content_before(enrolment, case), case.content) if enrolment else []


def _findings(content: dict[str, Any], about: Case) -> list[Finding]:
    """What stands in the way of a change: a work point elsewhere, or nothing new."""
    for place, point in enumerate(content["work_points"] or []):
        county = (point.get("address") or {}).get("county")
        if county and county != about.house.county:
            facts = {"name": point.get("name"), "county": county}
            return [Finding(OTHER_COUNTY.code, f"work_points[{place}].address.county", facts)]
    enrolment = services.enrolment_of(about)
    if enrolment is not None and not differences(enrolment.content, content):
        return [Finding(NOTHING_NEW.code, "provider.name", {})]
    return []
