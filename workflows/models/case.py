"""The case: one request to one house, with everything about it."""

import copy
import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, Person, User
from backoffice.crypto.encryption import EncryptedJSONField
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import append_only, guard, never_deleted
from workflows.enums import CLOSED, DECIDED, WITHOUT_DECISION, CaseState, Channel, Outcome
from workflows.models.filing import Filing
from workflows.models.registry import RegistryEntry

REVIEW_IS_OPEN = _(
    "Despre această decizie se hotărăște deja, în alt dosar. Așteptați soluția lui: o vedeți în pagina cererii."
)
NO_STANDING_DECISION = _(
    "Decizia despre care este vorba nu mai este în vigoare: a fost retrasă sau înlocuită între timp. Deschideți pagina "
    "cererii pentru a vedea ce s-a hotărât."
)


class Case(models.Model):
    """A request in a house: procedure, number, applicant, state, term. Knows nothing of the engine that moves it.

    `stages` are the stages of its decisions, copied from the flow when it was registered: services and the guard of
    decisions read the order from here. While it waits for a stage, `state` is the stage's code.

    A case may be `about` an earlier one. `reviews`: its approval withdraws the decision there; `by_others`: who decided
    there decides nothing here but, again, the signature. A case whose decision was withdrawn to be decided anew is
    decided by others from the round `fresh_from` on, in the same sense.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="cases")
    about = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="follow_ups")
    reviews = models.BooleanField(default=False)
    by_others = models.BooleanField(default=False)
    fresh_from = models.PositiveSmallIntegerField(null=True)
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="cases")
    entry = models.OneToOneField(RegistryEntry, on_delete=models.PROTECT, related_name="case")
    procedure = models.CharField(max_length=20)
    stages = models.JSONField()
    state = models.CharField(max_length=12)
    round = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveSmallIntegerField(default=1)
    # Empty where a paper does not say it; the answer to a request for completion may.
    subject_key = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=100, blank=True)
    search_key = models.CharField(max_length=160, blank=True)
    filed_on = models.DateField()
    due_on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    codes = ("procedure", "stages", "state")
    in_clear = {
        "subject_key": "a public code, or a keyed index of what is not public; equal keys are found by comparison",
        "subject_name": "the registered name of an organisation, public in its register; searched by part",
        "search_key": "the same name, folded for the trigram index",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_case_per_filing_and_house", fields=["filing", "house"]),
            models.CheckConstraint(name="case_term_is_after_filing", condition=Q(due_on__gte=F("filed_on"))),
            models.CheckConstraint(name="case_has_two_stages_or_more", condition=Q(stages__1__isnull=False)),
            models.CheckConstraint(
                name="only_a_case_about_another_reviews_it",
                condition=Q(about__isnull=False) | Q(reviews=False, by_others=False),
            ),
            models.UniqueConstraint(
                name="one_open_review_per_case",
                fields=["about"],
                condition=Q(reviews=True) & ~Q(state__in=[str(s) for s in sorted(CLOSED)]),
                violation_error_message=REVIEW_IS_OPEN,
            ),
            models.CheckConstraint(
                name="case_state_and_date_agree",
                condition=Q(state__in=[str(s) for s in sorted(CLOSED - WITHOUT_DECISION)], decided_at__isnull=False)
                | (~Q(state__in=[str(s) for s in sorted(CLOSED - WITHOUT_DECISION)]) & Q(decided_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["house", "-id"], name="case_of_house"),
            models.Index(fields=["house", "procedure", "subject_key"], name="case_of_subject"),
            GinIndex(OpClass(F("search_key"), name="gin_trgm_ops"), name="case_search"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} – {self.subject_label}"

    @property
    def is_closed(self) -> bool:
        """Is it nobody's turn any more?"""
        return self.state in CLOSED

    @property
    def is_decided(self) -> bool:
        """Does a decision stand?"""
        return self.state in DECIDED

    @property
    def closed_without_decision(self) -> bool:
        """Was it joined to another case, closed by the head, or withdrawn?"""
        return self.state in WITHOUT_DECISION

    @property
    def content(self) -> dict:
        """What is asked as it stands now: the part of this house, newest version. A copy: forms write into it."""
        return copy.deepcopy(self.current.content)

    @cached_property
    def current(self) -> "Version":
        """The newest version, read once per object."""
        return self.versions.get(version=self.version)

    @property
    def subject_label(self) -> str | Promise:
        """The name of the subject; a paper may name nobody."""
        return self.subject_name or _("Solicitant nenumit pe hârtie")

    @property
    def state_label(self) -> str | Promise:
        """Where it stands, in words."""
        from workflows import procedures

        return procedures.get(self.procedure).state_label(self.state)

    @property
    def procedure_title(self) -> str | Promise:
        """What is asked, in words."""
        from workflows import procedures

        return procedures.get(self.procedure).title

    @property
    def root(self) -> "Case":
        """The case at the beginning, which names the subject: what follows an earlier case is about the same one."""
        return self.about.root if self.about else self

    @property
    def subject_code(self) -> str:
        """The key of the subject as people read it, where it is a public code: `CUI 12345674`."""
        from workflows import procedures

        label = procedures.get(self.root.procedure).key_label
        return f"{label} {self.subject_key}" if label and self.subject_key else ""

    def state_after(self, stage: str, outcome: Outcome) -> str:
        """The state once `stage` agreed with the proposed outcome: the next stage that it passes, or issuing."""
        codes = [s["code"] for s in self.stages if s["only_on"] in ("", outcome) or s["code"] == stage]
        following = codes[codes.index(stage) + 1 :]
        return following[0] if following else CaseState.ISSUING


class Version(models.Model):
    """One version of what is asked for, frozen by its fingerprint; completions make a new one.

    `as_written` and `missing` are paths of this content, as in `Filing`. `channel` and `received_on` say how and when
    it came to the house; `submitted_by` keyed it in or sent it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    content = EncryptedJSONField(bound_to=("case_id", "version"))
    sha256 = models.CharField(max_length=64)
    in_clear = {"sha256": "fingerprint of a whole form: not to be guessed without all of it"}
    as_written = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    received_on = models.DateField()
    submitted_at = models.DateTimeField(db_default=Now())
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)

    codes = ("as_written", "missing")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_content_per_version", fields=["case", "version"])]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}"


class Party(models.Model):
    """A person who is part of a case and may never decide it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=24)

    codes = ("capacity",)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_party_per_capacity", fields=["case", "person", "capacity"])]

    def __str__(self) -> str:
        return f"{self.case_id} {self.capacity}"


class Check(models.Model):
    """What the automatic rules said about one version, with the facts they saw. Append-only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="checks")
    version = models.PositiveSmallIntegerField()
    rules_version = models.CharField(max_length=20)
    findings = EncryptedJSONField(bound_to=("case_id", "version"))
    run_at = models.DateTimeField(db_default=Now())

    codes = ("rules_version",)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}: {[f['code'] for f in self.findings]}"


never_deleted(Case)
guard(
    Case,
    "frame_stands",
    "before update",
    """
begin
    if row(new.public_id, new.filing_id, new.house_id, new.entry_id, new.procedure, new.stages, new.filed_on,
            new.created_at, new.about_id, new.reviews, new.by_others)
        is distinct from
        row(old.public_id, old.filing_id, old.house_id, old.entry_id, old.procedure, old.stages, old.filed_on,
            old.created_at, old.about_id, old.reviews, old.by_others)
        or (old.subject_key <> '' and new.subject_key <> old.subject_key) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'whose case this is and how it is decided does not change';
    end if;
    return new;
end
""",
)
# A decision that stands is withdrawn by another decision about it, whatever the code above does.
guard(
    Case,
    "decision_stands",
    "before update of state, fresh_from",
    """
begin
    if old.state in ('approved', 'rejected') and new.state <> old.state and not exists (
            select from workflows_case c join workflows_decision d on d.case_id = c.id and d.round = c.round
            where c.about_id = old.id and c.reviews and case_is_approved(c.id, c.procedure)
              and d.stage = 'sign' and d.decided_at > old.decided_at) then
        raise exception using errcode = 'check_violation', constraint = 'decision_is_withdrawn_by_decision',
            message = 'a decision is withdrawn by another decision';
    end if;
    if old.state = 'revoked' and new.state <> old.state and not exists (
            select from workflows_case c join workflows_case d on d.about_id = c.id
            where c.about_id = old.id and c.reviews and d.reviews and case_is_approved(d.id, d.procedure)) then
        raise exception using errcode = 'check_violation', constraint = 'withdrawal_is_withdrawn_by_decision',
            message = 'a withdrawn decision is looked at again when its withdrawal is withdrawn by a decision';
    end if;
    if new.fresh_from is distinct from old.fresh_from and new.fresh_from is distinct from new.round then
        raise exception using errcode = 'check_violation', constraint = 'fresh_round_is_the_present_one',
            message = 'a case is decided anew from its present round on';
    end if;
    return new;
end
""",
    sees_all=True,
)
# Its term moves by an extension (models/extension.py), or is a new one where it is decided anew; it is closed without a
# decision only together with the row that says why (models/closure.py).
guard(
    Case,
    "term_moves_by_extension",
    "before update of due_on",
    """
begin
    if new.due_on is distinct from old.due_on and not (old.decided_at is not null and new.decided_at is null)
            and not exists (select from workflows_extension e where e.case_id = new.id
                            and e.from_due = old.due_on and e.to_due = new.due_on) then
        raise exception using errcode = 'check_violation', constraint = 'term_moves_by_extension',
            message = 'the legal term moves by an extension only';
    end if;
    return new;
end
""",
    sees_all=True,
)
guard(
    Case,
    "closed_with_its_reason",
    "before update of state",
    """
begin
    if new.state in ('joined', 'filed', 'withdrawn') and new.state is distinct from old.state
            and not exists (select from workflows_closure c where c.case_id = new.id
                            and c.round = new.round and c.state = new.state) then
        raise exception using errcode = 'check_violation', constraint = 'closed_with_its_reason',
            message = 'a case is never closed silently';
    end if;
    return new;
end
""",
    sees_all=True,
)
# The row of the earlier case is locked: its decision is not withdrawn while somebody asks about it.
guard(
    Case,
    "review_of_a_standing_decision",
    "before insert",
    """
begin
    if new.reviews then
        perform from workflows_case c where c.id = new.about_id for no key update;
        if not exists (select from workflows_case c where c.id = new.about_id and c.house_id = new.house_id
                       and c.state in ('approved', 'rejected')) then
            raise exception using errcode = 'check_violation', constraint = 'review_of_a_standing_decision',
                message = 'only a decision that stands is looked at again';
        end if;
    end if;
    return new;
end
""",
    sees_all=True,
)
register_guard_sentences({"review_of_a_standing_decision": NO_STANDING_DECISION})
append_only(Version, ciphertext=["content"])
append_only(Check, ciphertext=["findings"])
append_only(Party)
guard(
    Party,
    "party_decides_nothing",
    "before insert",
    """
begin
    perform from workflows_case c where c.id = new.case_id for no key update;
    if exists (select from workflows_decision d where d.case_id = new.case_id and d.person_id = new.person_id) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_party',
            message = 'who decided a case cannot become its party';
    end if;
    return new;
end
""",
    sees_all=True,
)
