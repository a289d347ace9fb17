"""The enrolment of providers without a contract, as a procedure (docs/domain.md)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can, Role
from backoffice.accounts.services import persons
from backoffice.romania.law import HOUSE_RULE, L95, OG27, ORDER, ground
from enrolment import nomenclature
from enrolment.providers import clock, licence, rules, schema, services, text
from enrolment.providers.flow import EnrolmentFlow
from enrolment.providers.form import FORM
from enrolment.providers.privacy import OF_PHYSICIANS, PROCESSING
from notifications.kinds import DocumentKind
from workflows.attachments.kinds import Kind
from workflows.enums import Outcome
from workflows.grounds import Rule, Sort
from workflows.models import Case
from workflows.privacy import Told
from workflows.procedures import Finding, Made, Named, Procedure, Reason, Subject, Text

FISCAL_CODE_DIGITS = 10
APPROVAL = DocumentKind("providers.approval", gettext_lazy("Decizie de aprobare"), is_decision=True)
REJECTION = DocumentKind("providers.rejection", gettext_lazy("Decizie de respingere"), is_decision=True)
CONVENTION = DocumentKind("providers.convention", gettext_lazy("Convenție de utilizare"))
# No copies of what other public institutions issued (OUG 41/2016). None is required to file: the house can ask for it.
ATTACHMENTS = (
    Kind(
        "identity_document",
        gettext_lazy("Actul de identitate al reprezentantului legal"),
        gettext_lazy("Fața cu fotografia, întreagă și citeață."),
        gettext_lazy("Nu este atașată copia actului de identitate al reprezentantului legal."),
    ),
    Kind(
        "malpractice_policy",
        gettext_lazy("Polițele de malpraxis ale medicilor"),
        gettext_lazy("Câte un fișier pentru fiecare poliță."),
        gettext_lazy("Nu este atașată nicio poliță de malpraxis."),
        most=20,
    ),
    Kind(
        "mandate",
        gettext_lazy("Împuternicirea"),
        gettext_lazy("Toate paginile, cu semnătura celui care a dat-o."),
        gettext_lazy("A fost declarată o împuternicire și nu este atașată."),
        when=lambda content: bool(content.get("mandate")),
    ),
)

# That the place of work decides was published by a house; it is no article, so it is marked as the others are.
RULES = (
    Rule(
        "competence",
        Sort.RULE,
        gettext_lazy("Este competentă casa în al cărei județ se află punctul de lucru."),
        (HOUSE_RULE,),
    ),
    Rule(
        "one_enrolment",
        Sort.RULE,
        gettext_lazy("Un furnizor are o singură înrolare la o casă."),
        (HOUSE_RULE,),
    ),
    Rule(
        "completion_keeps_competence",
        Sort.RULE,
        gettext_lazy("Prin completare nu se schimbă codul fiscal și județul punctelor de lucru."),
        (HOUSE_RULE,),
    ),
    Rule(
        "key_once",
        Sort.RULE,
        gettext_lazy("Cheia de licență se arată o singură dată; una nouă o anulează pe cea veche."),
        (HOUSE_RULE,),
    ),
)


class Providers(Procedure):
    """A provider asks to be enrolled in the insurance platform at the house of each county where it works."""

    code = "providers"
    title = gettext_lazy("Înrolarea unui furnizor fără contract")
    flow = EnrolmentFlow
    rights = {
        Role.CLERK: frozenset({Can.SEE_CASES, Can.KEY_IN, Can.REVIEW, Can.HAND_OVER}),
        Role.LEGAL_ADVISER: frozenset({Can.SEE_CASES, Can.VISA}),
        Role.HEAD: frozenset({Can.SEE_CASES, Can.ENDORSE, Can.REASSIGN, Can.CLOSE}),
        Role.DIRECTOR: frozenset({Can.SEE_CASES, Can.SIGN, Can.REASSIGN, Can.EXTEND}),
    }
    form = FORM
    documents = {Outcome.APPROVE: (APPROVAL, CONVENTION), Outcome.REJECT: (REJECTION,)}
    attachments = ATTACHMENTS
    capacities = {
        "legal_representative": gettext_lazy("Reprezentant legal"),
        "physician": gettext_lazy("Medic declarat"),
    }
    processing = PROCESSING
    key_label = "CUI"
    rules_version = rules.RULES_VERSION
    rules = RULES
    general_grounds = (
        ground(L95, "art. 30 alin. (2)"),
        ground(L95, "art. 280 alin. (2)"),
        ground(L95, "art. 346^6"),
        ground(ORDER, "întregul ordin"),
        ground(OG27, "art. 8"),
    )
    letter_note = gettext_lazy(
        "Dacă cererea a fost aprobată și cheia de licență a fost cerută, ea se ridică de la ghișeul casei, de "
        "reprezentantul legal, cu actul de identitate."
    )
    introduction = "providers/introduction.html"
    panel = "providers/panel.html"
    applicant_panel = "providers/applicant_panel.html"
    periodic = (clock.enqueue_due,)

    def houses(self, content: dict[str, Any]) -> list[House]:
        """Each county's house answers for the work points in it."""
        order = schema.competent_counties(content)
        return sorted(House.objects.filter(county__in=order), key=lambda house: order.index(house.county))

    def part_for(self, content: dict[str, Any], house: House) -> dict[str, Any]:
        """The work points of the house's county, and the physicians who work there."""
        return schema.part_for_county(content, house.county)

    def part_paths(self, content: dict[str, Any], house: House, paths: Iterable[str]) -> frozenset[str]:
        """Rows have other numbers in the part of a county."""
        return schema.part_paths(content, house.county, paths)

    def subject(self, content: dict[str, Any]) -> Subject:
        """The provider; its legal representative and physicians may not decide."""
        provider = content["provider"]
        people = [(content["legal_representative"], "legal_representative")]
        people += [(physician, "physician") for physician in content["physicians"]]
        return Subject(
            key=subject_key(provider["uic"]),
            name=provider["name"] or "",
            email=provider["email"] or "",
            parties=tuple(
                Named(who["cnp"], who["last_name"] or "", who["first_name"] or "", capacity)
                for who, capacity in people
                if who["cnp"]
            ),
            address=text.address_line(provider["headquarters"]),
        )

    def told(self, content: dict[str, Any]) -> list[Told]:
        """The physicians, but for the one in whose name the request is filed."""
        filed_by = (content.get("legal_representative") or {}).get("cnp")
        capacity = self.capacities["physician"]
        return [
            Told(physician.get("cnp") or "", physician.get("email") or "", capacity, OF_PHYSICIANS)
            for physician in content.get("physicians") or []
            if not physician.get("cnp") or physician["cnp"] != filed_by
        ]

    def draft_name(self, content: dict[str, Any]) -> str:
        """The name of the provider."""
        provider = content.get("provider")
        return str(provider.get("name") or "") if isinstance(provider, dict) else ""

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
        """The rules R01 to R14 over the part of one house. What other houses decided is read for a case only."""
        return rules.findings(
            content,
            today=today,
            taken=services.taken_by(house, subject_key(content["provider"]["uic"]), besides=case),
            approved_otherwise=services.approved_otherwise(case, content) if case else (),
            redirected=case is not None and case.entry.redirected_from_id is not None,
            as_written=as_written,
            missing=missing,
        )

    def explain(self, finding: Finding) -> str:
        """A finding as a sentence."""
        return rules.explain(finding)

    def reasons(self, outcome: str) -> Sequence[Reason]:
        """The list of reasons, which procedures share."""
        return [_reason(item) for item in nomenclature.reasons(outcome, "both", "after_completion")]

    def reason(self, code: str) -> Reason:
        """One reason, those of a redirection included."""
        return _reason(nomenclature.reason(code))

    def text(self, case: Case, content: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
        """The provider, its work points and physicians."""
        return text.words(case, content, attached=self.documents_for(content, outcome)[1:])

    def refuse_proposal(self, case: Case, outcome: Outcome) -> str | None:
        """One enrolment per provider and house."""
        if outcome == Outcome.APPROVE and services.taken_by(case.house, case.subject_key, besides=case):
            return _(
                "Furnizorul are deja o înrolare sau o altă cerere în lucru la această casă (motivul R12): "
                "propuneți respingerea, cereți șefului de serviciu să conexeze dosarele sau așteptați soluția "
                "celuilalt."
            )
        return None

    def refuse_completion(self, case: Case, content: dict[str, Any]) -> str | None:
        """What decides competence stays: fiscal code and counties of the work points."""
        if case.subject_key and subject_key(content["provider"]["uic"]) != case.subject_key:
            return _("Codul de identificare fiscală nu se poate schimba prin completare. Depuneți o cerere nouă.")
        counties = schema.competent_counties(content)
        if counties != [case.house.county] and not schema.competent_counties(case.content):
            if not counties:  # still open
                return None
            return _(
                "Punctele de lucru din răspuns sunt în alt județ. Înregistrați răspunsul din „Cerere pe hârtie”, ca "
                "cerere nouă: ea ajunge singură la casa competentă."
            )
        if counties != [case.house.county]:
            return _(
                "Prin completare, punctele de lucru rămân în județul casei. Pentru alt județ depuneți o cerere nouă."
            )
        return None

    def documents_for(self, content: dict[str, Any], outcome: Outcome) -> tuple[DocumentKind, ...]:
        """Without a licence key there is no convention on its use."""
        found = self.documents[outcome]
        return found if content["wants_licence_key"] else tuple(kind for kind in found if kind is not CONVENTION)

    def signed(self, case: Case, outcome: Outcome) -> None:
        """From the signature of an approval on the provider is enrolled."""
        if outcome == Outcome.APPROVE:
            services.enrol(case)

    def makes(self, outcome: Outcome, kinds: frozenset[str]) -> bool:
        """A licence key is made where a convention on its use was signed."""
        return CONVENTION.code in kinds

    def make(self, outcome: Outcome) -> Made:
        """An approval brings a licence key; the convention shows it masked."""
        if outcome != Outcome.APPROVE:
            return Made()
        key = licence.generate()
        return Made(words={"masked_key": licence.mask(key)}, secret=key)

    def issued(self, case: Case, made: Made) -> None:
        """Keep the key: its verifier for good, itself in an envelope."""
        if made.secret:
            services.issue(case, key=made.secret)

    def content_in_force(self, case: Case) -> dict[str, Any]:
        """The data as the newest approved change left them."""
        enrolment = services.enrolment_of(case)
        return enrolment.content if enrolment else case.content

    def effects_of_withdrawal(self, case: Case) -> list[Text]:
        """The enrolment, its key and its convention end; a decision that rejects made nothing."""
        enrolment = services.enrolment_of(case)
        if enrolment is None or enrolment.ended_at:
            return []
        return [
            gettext_lazy("Înrolarea furnizorului la această casă încetează din ziua noului act."),
            gettext_lazy("Cheia de licență se blochează și convenția de utilizare încetează."),
            gettext_lazy("Cererile în lucru despre această înrolare nu mai pot fi aprobate."),
        ]

    def withdrawn(self, case: Case) -> None:
        """What the decision made ends with it."""
        services.end_with_decision(case)

    def panel_context(self, case: Case, user: User) -> dict[str, Any]:
        """The enrolment, if there is one yet, its keys and the changes of its data."""
        return panel_of(case)

    def demo(self, people: Mapping[str, User]) -> int:
        """DEMO cases in every stage."""
        from enrolment.providers import demo

        return demo.seed(people)


def panel_of(case: Case) -> dict[str, Any]:
    """What the pages of an enrolment and of the requests about it show of it."""
    enrolment = services.enrolment_of(case)
    if enrolment is None:
        return {}
    return {
        "enrolment": enrolment,
        "key": enrolment.key,
        "keys": enrolment.keys.order_by("-pk").select_related("case__entry", "case__filing", "blocked_by__entry"),
        "changes": enrolment.data_changes.select_related("case__entry").order_by("-pk"),
    }


def subject_key(written: str | None) -> str:
    """The fiscal code as it is kept in clear, if there is one. A CNP in its place is kept as its keyed index."""
    if not written:
        return ""
    digits = re.sub(r"\D", "", written)
    return written if len(digits) <= FISCAL_CODE_DIGITS else f"CNP {persons.cnp_index(digits).hex()[:14]}"


def _reason(item: nomenclature.Item) -> Reason:
    after = item.kind == "after_completion"
    return Reason(item.code, item.label, item.fix, item.grounds, after_completion=after)
