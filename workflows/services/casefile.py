"""Everything one step is judged by, read once under the lock of the case and handed down."""

from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext as _

from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Can, roles_with
from backoffice.romania.calendar import today
from workflows import procedures
from workflows.enums import Outcome
from workflows.models import Case, Decision, Party
from workflows.models.decision import FIRST, LAST, ONE_STAGE_PER_PERSON, OTHERS_DECIDE, PARTY_DECIDES_NOTHING
from workflows.procedures import Procedure


@dataclass
class CaseFile:
    """A case with its decisions and parties as this transaction sees them; services keep it true as they write.

    `former` are the decisions of the case that this one looks at again, where others are to decide.
    """

    case: Case
    decisions: list[Decision]
    parties: frozenset[int]
    former: list[Decision] = field(default_factory=list)
    _memberships: dict[int, list[Membership]] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> "CaseFile":
        """Read what belongs to a case that has been read already."""
        decisions = Decision.objects.filter(case=case.pk).select_related("user", "person", "membership").order_by("pk")
        parties = Party.objects.filter(case=case.pk).values_list("person_id", flat=True)
        return cls(case, list(decisions), frozenset(parties), _former(case))

    @classmethod
    def of_process(cls, process: int) -> "CaseFile":
        """Read the case that a process moves, at once with whose turn it is, its parties and its newest version."""
        parties = ArraySubquery(Party.objects.filter(case=OuterRef("pk")).values("person_id"))
        newest = FilteredRelation("versions", condition=Q(versions__version=F("version")))
        found = Case.objects.annotate(party_ids=parties, newest=newest).select_related(
            "house", "filing__owner", "entry", "newest", "assignment__task", "assignment__process"
        )
        case = found.defer("filing__content").get(assignment__process=process)
        case.current = case.newest
        held = Decision.objects.filter(case=case.pk).select_related("user", "person", "membership")
        decisions = list(held.order_by("pk"))
        for decision in decisions:
            decision.case = case
        return cls(case, decisions, frozenset(case.party_ids), _former(case))

    @property
    def procedure(self) -> Procedure:
        """The procedure of the case."""
        return procedures.get(self.case.procedure)

    @property
    def in_this_round(self) -> list[Decision]:
        """The decisions of the present round, in their order."""
        return [decision for decision in self.decisions if decision.round == self.case.round]

    @property
    def proposal(self) -> Decision:
        """The proposal of the present round. Raises `Decision.DoesNotExist` when there is none yet."""
        for decision in self.in_this_round:
            if decision.stage == FIRST:
                return decision
        raise Decision.DoesNotExist

    @property
    def proposed(self) -> Outcome | None:
        """What the present round proposes, if it does yet."""
        return next((Outcome(d.outcome) for d in self.in_this_round if d.stage == FIRST), None)

    def refusal(self, user: User, stage: str) -> str | None:
        """Why this person may not decide this stage, or None. Persons, not accounts: one human is one actor."""
        if sentence := self.refusal_of_person(user):
            return sentence
        if any(d.person_id == user.person_id and d.stage != stage for d in self.decisions):
            return str(ONE_STAGE_PER_PERSON)
        mine = (d.stage for d in self.looked_at_again if d.person_id == user.person_id)
        if any((before, stage) != (LAST, LAST) for before in mine):
            return str(OTHERS_DECIDE)
        return None

    @property
    def looked_at_again(self) -> list[Decision]:
        """The decisions whose people decide nothing here but, again, the signature."""
        return [*self.former, *(d for d in self.decisions if d.round < (self.case.fresh_from or 0))]

    def refusal_of_person(self, user: User) -> str | None:
        """Why this person may do nothing in this case for the house, or None: unknown, or a party of it."""
        if user.person_id is None:
            return _("Contul nu este legat de o persoană. Cereți administratorului casei să completeze identitatea.")
        return str(PARTY_DECIDES_NOTHING) if user.person_id in self.parties else None

    @property
    def completed_for(self) -> frozenset[str]:
        """The reasons for which a completion was asked that is over: answered, or its term passed."""
        over = self.case.completion_requests.exclude(answered_at__isnull=True, lapsed_at__isnull=True)
        return frozenset(code for asked in over for code in asked.reasons)

    def membership_of(self, user: User, right: Can) -> Membership | None:
        """The role on which `user` may do this in the house of the case today; read once for each user."""
        if user.pk not in self._memberships:
            held = Membership.objects.active_on(today()).filter(user=user.pk, house=self.case.house_id)
            self._memberships[user.pk] = list(held.order_by("pk"))
        roles = roles_with(right, self.case.procedure)
        return next((m for m in self._memberships[user.pk] if m.role in roles), None)


def _former(case: Case) -> list[Decision]:
    """The decisions of the case that this one looks at again, where others are to decide."""
    return list(Decision.objects.filter(case=case.about_id)) if case.by_others else []
