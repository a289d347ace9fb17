"""How a case ended without a decision: closed by the head, joined to another case, or withdrawn. Append-only."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Membership, User
from backoffice.crypto.encryption import EncryptedTextField
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import append_only, guard
from workflows import causes
from workflows.enums import WITHOUT_DECISION, CaseState
from workflows.models.case import Case


class Closure(models.Model):
    """Why a case was closed without a decision, by whom, and the notice that told the applicant.

    `notice` is the public id of that message or letter; `into_number` the number of the case to which this one was
    joined, as the applicant was told it. `membership` is the role on which it was closed; none where its own filer
    withdrew it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="closures")
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=[(s.value, s.label) for s in CaseState if s in WITHOUT_DECISION])
    reason = models.CharField(max_length=20)
    text = EncryptedTextField(bound_to=("case_id", "round"), null=True, blank=True)
    into = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="joined")
    into_number = models.CharField(max_length=30, blank=True)
    notice = models.UUIDField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(db_default=Now())

    codes = ("reason", "into_number")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="one_closure_per_round", fields=["case", "round"]),
            models.CheckConstraint(
                name="joined_case_names_the_other",
                condition=Q(state=CaseState.JOINED, into__isnull=False) & ~Q(into_number="")
                | ~Q(state=CaseState.JOINED) & Q(into__isnull=True, into_number=""),
            ),
            models.CheckConstraint(
                name="only_the_filer_withdraws",
                condition=Q(state=CaseState.WITHDRAWN, membership__isnull=True)
                | ~Q(state=CaseState.WITHDRAWN) & Q(membership__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.round}: {self.state}"

    @property
    def cause(self) -> causes.Cause:
        """The reason in words, with its ground in law."""
        return causes.get(self.reason)

    @property
    def label(self) -> str | Promise:
        """How it ended, in words."""
        return CaseState(self.state).label


register_guard_sentences(
    {
        "closure_out_of_place": _("Dosarul nu se poate închide așa. Deschideți-l din nou pentru a vedea unde este."),
        "closed_with_its_reason": _(
            "Un dosar se închide fără decizie numai cu motiv și cu înștiințarea solicitantului."
        ),
    }
)
append_only(Closure, ciphertext=["text"])
# The case still waits for a person of the house or for the applicant, nothing is signed in its round, the applicant has
# been written to; a party of the case closes nothing, and only who filed it online withdraws it. It is joined to an
# earlier case of the same subject, house and procedure that is not over.
guard(
    Closure,
    "is_in_place",
    "before insert",
    """
declare
    this workflows_case%rowtype;
    other workflows_case%rowtype;
    waits boolean;
begin
    select * into this from workflows_case c where c.id = new.case_id for no key update;
    waits := this.state = 'completion' or exists (
        select from jsonb_array_elements(this.stages) s where s ->> 'code' = this.state);
    if new.state <> 'withdrawn' and exists (
            select from workflows_party p join accounts_user u on u.person_id = p.person_id
            where p.case_id = new.case_id and u.id = new.closed_by_id) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_party',
            message = 'a party of the case cannot close it';
    end if;
    if new.into_id is not null then
        select * into other from workflows_case c where c.id = new.into_id for no key update;
    end if;
    if not waits or new.round <> this.round
        or exists (select from workflows_decision d where d.case_id = new.case_id and d.round = new.round
                   and d.stage = this.stages -> -1 ->> 'code' and d.outcome <> 'return')
        or not (exists (select from notifications_message m where m.public_id = new.notice and m.about = this.public_id)
                or exists (select from notifications_document d
                           where d.public_id = new.notice and d.about = this.public_id))
        or (new.membership_id is not null and not exists (
            select from accounts_membership m where m.id = new.membership_id and m.user_id = new.closed_by_id
            and m.house_id = this.house_id))
        or (new.state = 'withdrawn' and not exists (
            select from workflows_filing f where f.id = this.filing_id and f.channel = 'online'
            and f.owner_id = new.closed_by_id))
        or (new.into_id is not null and (other.id is null or other.id >= this.id or other.house_id <> this.house_id
            or other.procedure <> this.procedure or other.subject_key <> this.subject_key
            or other.decided_at is not null or other.state in ('joined', 'filed', 'withdrawn'))) then
        raise exception using errcode = 'check_violation', constraint = 'closure_out_of_place',
            message = 'this case cannot be closed in this way now';
    end if;
    return new;
end
""",
    sees_all=True,
)
