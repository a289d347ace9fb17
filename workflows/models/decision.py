"""Decisions: one stage decided by one person. Append-only; four eyes hold here whatever the code above does."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Membership, Person, User
from backoffice.crypto.encryption import EncryptedTextField
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import append_only, guard
from backoffice.romania import law
from workflows.enums import Outcome
from workflows.models.case import Case

# The codes of the first and the last stage of every flow (workflows/stages.py).
FIRST, LAST = "propose", "sign"
NO_ARTICLE = _(
    "O respingere se întemeiază pe cel puțin un articol de lege; regula casei singură poate cere numai completări. "
    "Alegeți un temei legal."
)
ONE_STAGE_PER_PERSON = _("Ați hotărât deja la altă etapă a acestui dosar; această etapă îi revine altcuiva.")


class Decision(models.Model):
    """One stage of one round. Across all rounds no person decides two stages.

    The guard below the class holds besides the constraints: no party decides; others decide where a decision is looked
    at again; stages come in the order of the case, in its present round, over the same frozen version.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)
    # Of a proposed rejection: the articles on which it rests, by their codes.
    grounds = models.JSONField(default=list)
    text = EncryptedTextField(bound_to=("case_id", "round", "stage"), null=True, blank=True)
    version_sha256 = models.CharField(max_length=64)
    text_sha256 = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(db_default=Now())

    codes = ("stage", "reasons", "grounds")
    in_clear = {
        "version_sha256": "fingerprint of a whole form: not to be guessed without all of it",
        "text_sha256": "fingerprint of a whole text: not to be guessed without all of it",
    }

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_decision_per_stage",
                fields=["case", "round", "stage"],
                violation_error_message=_("Etapa aceasta a fost deja decisă."),
            ),
            ExclusionConstraint(
                name="four_eyes_one_stage_per_person",
                expressions=[
                    (OpClass("case_id", name="gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("person_id", name="gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("stage", name="gist_text_ops"), RangeOperators.NOT_EQUAL),
                ],
                violation_error_message=ONE_STAGE_PER_PERSON,
            ),
            models.CheckConstraint(name="proposal_does_not_return", condition=~Q(stage=FIRST, outcome=Outcome.RETURN)),
            models.CheckConstraint(
                name="rejection_has_its_reasons",
                condition=~Q(stage=FIRST, outcome=Outcome.REJECT) | ~Q(reasons=[]),
                violation_error_message=_("O respingere are cel puțin un motiv."),
            ),
            models.CheckConstraint(
                name="rejection_rests_on_law",
                condition=~Q(stage=FIRST, outcome=Outcome.REJECT) | ~Q(grounds=[]) & ~Q(grounds__contains=[law.HOUSE]),
                violation_error_message=NO_ARTICLE,
            ),
            models.CheckConstraint(
                name="return_says_why",
                condition=~Q(outcome=Outcome.RETURN) | Q(text__isnull=False),
                violation_error_message=_("Scrieți de ce întoarceți dosarul."),
            ),
            models.CheckConstraint(
                name="signature_covers_a_text",
                condition=~Q(stage=LAST) | Q(outcome=Outcome.RETURN) | ~Q(text_sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.round} {self.stage}: {self.outcome}"

    @property
    def articles(self) -> list[str]:
        """What a proposed rejection rests on, in words."""
        return law.cited(law.by_code(code) for code in self.grounds)

    @property
    def stage_label(self) -> str | Promise:
        """What was decided, in words."""
        from workflows import procedures

        return procedures.get(self.case.procedure).stage(self.stage).decision


OTHERS_DECIDE = _(
    "Ați hotărât deja în dosarul despre care este vorba: această etapă îi revine altcuiva. Dosarul poate fi "
    "repartizat unui coleg."
)
PARTY_DECIDES_NOTHING = _("Sunteți parte în acest dosar, deci nu îl puteți decide.")
register_guard_sentences(
    {
        "decision_by_party": PARTY_DECIDES_NOTHING,
        "decision_by_the_same_people": OTHERS_DECIDE,
        "decision_out_of_order": _("Dosarul nu este la această etapă. Deschideți-l din nou."),
    }
)
append_only(Decision, ciphertext=["text"])
# Both this insert and a party's lock the case row, so neither can slip past the other. The stage before in the case's
# own order is decided in this round; a stage that is asked for on one outcome only is passed by on the others.
guard(
    Decision,
    "decision_is_due",
    "before insert",
    """
declare
    present_round smallint;
    present_sha text;
    order_ jsonb;
    proposed text;
    mine record;
    before text;
begin
    select c.round, v.sha256, c.stages into present_round, present_sha, order_
        from workflows_case c join workflows_version v on v.case_id = c.id and v.version = c.version
        where c.id = new.case_id for no key update of c;
    if exists (select from workflows_party p where p.case_id = new.case_id and p.person_id = new.person_id) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_party',
            message = 'a party of the case cannot decide it';
    end if;
    if exists (select from workflows_case c join workflows_decision d
                   on (c.by_others and d.case_id = c.about_id) or (d.case_id = c.id and d.round < c.fresh_from)
               where c.id = new.case_id and d.person_id = new.person_id
                 and not (d.stage = 'sign' and new.stage = 'sign')) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_the_same_people',
            message = 'others decide than in the decision that is looked at again';
    end if;
    select d.outcome into proposed from workflows_decision d
        where d.case_id = new.case_id and d.round = new.round and d.stage = order_ -> 0 ->> 'code';
    select s.place, s.stage ->> 'only_on' as only_on into mine
        from jsonb_array_elements(order_) with ordinality as s(stage, place) where s.stage ->> 'code' = new.stage;
    select s.stage ->> 'code' into before
        from jsonb_array_elements(order_) with ordinality as s(stage, place)
        where s.place < mine.place and s.stage ->> 'only_on' in ('', proposed) order by s.place desc limit 1;
    if new.round <> present_round or new.version_sha256 <> present_sha or mine.place is null
        or not exists (select from accounts_user u where u.id = new.user_id and u.person_id = new.person_id)
        or not exists (select from accounts_membership m join workflows_case c on c.id = new.case_id
                       where m.id = new.membership_id and m.user_id = new.user_id and m.house_id = c.house_id)
        or exists (select from workflows_decision d where d.case_id = new.case_id and d.round = new.round
                   and (d.outcome = 'return' or d.version_sha256 <> new.version_sha256))
        or (mine.place = 1 and proposed is not null)
        or (mine.place > 1 and (proposed is null or new.outcome not in (proposed, 'return')
            or mine.only_on not in ('', proposed)
            or not exists (select from workflows_decision d
                           where d.case_id = new.case_id and d.round = new.round and d.stage = before))) then
        raise exception using errcode = 'check_violation', constraint = 'decision_out_of_order',
            message = 'this decision is not due';
    end if;
    return new;
end
""",
    sees_all=True,
)
