"""A longer legal term: by the head of the institution, once, told to the applicant beforehand. Append-only."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Membership, User
from backoffice.crypto.encryption import EncryptedTextField
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import append_only, guard
from workflows import causes
from workflows.models.case import Case

MOST_DAYS = 15
ALREADY_EXTENDED = _("Termenul a fost deja prelungit o dată; nu se mai poate prelungi.")


class Extension(models.Model):
    """By how many days the legal term of a case was made longer, why, by whom, and the notice that came first.

    `counted_from` is the last day of the term as it is counted, before it moves to a working day; `notice` the public
    id of the message or letter that told the applicant.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=20)
    text = EncryptedTextField(bound_to=("case_id", "from_due"), null=True, blank=True)
    counted_from = models.DateField()
    from_due = models.DateField()
    to_due = models.DateField()
    notice = models.UUIDField()
    extended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    extended_at = models.DateTimeField(db_default=Now())

    codes = ("reason",)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_extension_per_term", fields=["case", "from_due"], violation_error_message=ALREADY_EXTENDED
            ),
            models.CheckConstraint(
                name="extension_has_at_most_15_days",
                condition=Q(days__gte=1, days__lte=MOST_DAYS),
                violation_error_message=_("Termenul se prelungește cu cel puțin o zi și cel mult 15 zile."),
            ),
            models.CheckConstraint(name="extension_is_longer", condition=Q(to_due__gt=F("from_due"))),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: +{self.days}"

    @property
    def cause(self) -> causes.Cause:
        """The reason in words, with its ground in law."""
        return causes.get(self.reason)


register_guard_sentences(
    {
        "term_moves_by_extension": _("Termenul legal se schimbă numai prin prelungire."),
        "term_extended_twice": ALREADY_EXTENDED,
        "extension_out_of_place": _("Termenul nu se poate prelungi așa. Deschideți dosarul din nou."),
    }
)
append_only(Extension, ciphertext=["text"])
# It starts at the case's present term and ends at most 15 days later, or on the working day after them: free days in a
# row are never more than five. The notice is written before it; a party extends nothing; a longer term stays as it is.
guard(
    Extension,
    "is_in_place",
    "before insert",
    """
declare
    this workflows_case%rowtype;
begin
    select * into this from workflows_case c where c.id = new.case_id for no key update;
    if exists (select from workflows_party p join accounts_user u on u.person_id = p.person_id
               where p.case_id = new.case_id and u.id = new.extended_by_id) then
        raise exception using errcode = 'check_violation', constraint = 'decision_by_party',
            message = 'a party of the case cannot extend its term';
    end if;
    if exists (select from workflows_extension e where e.case_id = new.case_id and e.to_due = this.due_on) then
        raise exception using errcode = 'check_violation', constraint = 'term_extended_twice',
            message = 'the term of this case has been extended';
    end if;
    if new.from_due <> this.due_on or new.counted_from > new.from_due or new.from_due - new.counted_from > 5
        or new.to_due - (new.counted_from + new.days) not between 0 and 5
        or this.decided_at is not null or this.state in ('joined', 'filed', 'withdrawn', 'issuing')
        or not (exists (select from notifications_message m where m.public_id = new.notice and m.about = this.public_id)
                or exists (select from notifications_document d
                           where d.public_id = new.notice and d.about = this.public_id))
        or not exists (select from accounts_membership m where m.id = new.membership_id
                       and m.user_id = new.extended_by_id and m.house_id = this.house_id) then
        raise exception using errcode = 'check_violation', constraint = 'extension_out_of_place',
            message = 'this term cannot be extended in this way now';
    end if;
    return new;
end
""",
    sees_all=True,
)
