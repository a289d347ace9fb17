"""What a provider holds after an approval: the enrolment, its licence keys, and the changes of its data."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, Person, User
from backoffice.crypto.encryption import EncryptedField
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import guard, never_deleted
from workflows.models import Case


class EnrolmentState(models.TextChoices):
    """The life of an enrolment, after the decision."""

    APPROVED = "approved", _("Aprobată, în curs de emitere")
    ISSUED = "issued", _("Emisă, cheia nu a fost deschisă")
    ACTIVE = "active", _("Activă")
    ENDED = "ended", _("Încetată")


class Enrolment(models.Model):
    """A provider enrolled in a house. Outlives the case that made it; a trigger wants the signed approval.

    It ends along a decision about its case (`ended_by`), on the day that this says (`ends_on`). A case whose decision
    was withdrawn and that is approved again makes a new enrolment: one of them lives.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="enrolments")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="enrolments")
    provider_uic = models.CharField(max_length=20)
    provider_name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=160)
    representative = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.APPROVED)
    approved_at = models.DateTimeField(db_default=Now())
    active_at = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)
    ended_by = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    in_clear = {
        "provider_uic": "fiscal code of a provider, public; one enrolment per code is a constraint",
        "provider_name": "the registered name, public in the registers of companies and cabinets",
        "name_key": "the same name, folded: two spellings of one name are one",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_enrolment_per_provider_and_house",
                fields=["house", "provider_uic"],
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("Furnizorul are deja o înrolare la această casă (motivul R12)."),
            ),
            models.CheckConstraint(
                name="active_enrolment_has_its_time",
                condition=~Q(state=EnrolmentState.ACTIVE) | Q(active_at__isnull=False),
            ),
            models.CheckConstraint(
                name="enrolment_ends_on_a_day_by_a_decision",
                condition=Q(ends_on__isnull=True, ended_by__isnull=True)
                | Q(ends_on__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="ended_enrolment_has_its_time",
                condition=Q(state=EnrolmentState.ENDED, ended_at__isnull=False, ends_on__isnull=False)
                | (~Q(state=EnrolmentState.ENDED) & Q(ended_at__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["provider_uic"], name="enrolment_of_provider")]

    def __str__(self) -> str:
        return f"{self.provider_uic} {self.house}"

    @property
    def user_name(self) -> str:
        """User of the insurance platform: `<fiscal code>_<house code>`."""
        return f"{self.provider_uic}_{self.house.code}"

    @property
    def content_case(self) -> Case:
        """The case whose content holds now: of the newest change of data that stands, else of the enrolment itself."""
        newest = self.data_changes.filter(withdrawn_at__isnull=True).select_related("case").last()
        return newest.case if newest else self.case

    @property
    def content(self) -> dict:
        """The data of the provider as they hold now."""
        return self.content_case.content

    @property
    def key(self) -> "LicenceKey | None":
        """The newest licence key, blocked or not."""
        return self.keys.order_by("pk").last()


class DataChange(models.Model):
    """An approved change of the data of an enrolment: from then on the content of `case` holds.

    A row stays: together they are the history. Where the decision of a change is withdrawn, it holds no more.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="data_changes")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="data_changes")
    holds_from = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_change_per_case", fields=["case"], condition=Q(withdrawn_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class EnrolledPhysician(models.Model):
    """A physician whom an approval enrolled with a provider, under their stamp code, from a day to a day."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="physicians")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stamp_code = models.CharField(max_length=6)
    since = models.DateField()
    until = models.DateField(null=True)

    in_clear = {"stamp_code": "printed on every prescription; one person's by comparison across houses"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_enrolled_physician_at_a_time",
                fields=["enrolment", "person", "stamp_code"],
                condition=Q(until__isnull=True),
            ),
            models.CheckConstraint(name="enrolled_physician_ends_after_begin", condition=Q(until__gte=F("since"))),
        ]
        indexes = [models.Index(fields=["stamp_code"], name="physician_of_stamp_code")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.stamp_code}"


class LicenceKey(models.Model):
    """The key of an enrolment: a keyed verifier for good, the key itself in an envelope that opening destroys.

    `case` is the request whose approval made it, `blocked_by` the one that ended it; blocking empties the envelope.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="keys")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="licence_keys")
    house = models.ForeignKey(House, on_delete=models.PROTECT)
    provider_uic = models.CharField(max_length=20)
    verifier = models.BinaryField(max_length=32)
    mask = models.CharField(max_length=24)
    envelope = EncryptedField(bound_to=("public_id",), null=True)
    issued_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    blocked_at = models.DateTimeField(null=True)
    blocked_by = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")

    keyed = ("verifier",)
    in_clear = {
        "provider_uic": "as in the enrolment",
        "mask": "five of seventeen characters: a person recognises their key by them",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_live_key_per_provider_and_house",
                fields=["house", "provider_uic"],
                condition=Q(blocked_at__isnull=True),
                violation_error_message=_("Furnizorul are deja o cheie de licență la această casă."),
            ),
            models.CheckConstraint(
                name="opened_key_has_no_envelope",
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False, envelope__isnull=True),
            ),
            models.CheckConstraint(
                name="blocked_key_has_its_case_and_no_envelope",
                condition=Q(blocked_at__isnull=True, blocked_by__isnull=True)
                | Q(blocked_at__isnull=False, blocked_by__isnull=False, envelope__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.mask


register_guard_sentences(
    {
        "holding_without_its_decisions": _("Nu se poate emite nimic fără deciziile dosarului."),
        "holding_ends_by_decision": _("O înrolare sau o cheie se încheie numai printr-o decizie despre dosarul ei."),
    }
)
never_deleted(Enrolment)
guard(
    Enrolment,
    "stands_on_decisions",
    "before insert or update of case_id, house_id, provider_uic, representative_id",
    """
begin
    if not case_is_approved(new.case_id, 'providers') or not exists (
            select from workflows_case c where c.id = new.case_id and c.house_id = new.house_id
            and c.subject_key = new.provider_uic) then
        raise exception using errcode = 'check_violation', constraint = 'holding_without_its_decisions',
            message = 'an enrolment stands on its decisions';
    end if;
    return new;
end
""",
    sees_all=True,
)
never_deleted(EnrolledPhysician)
guard(
    EnrolledPhysician,
    "stands_on_decisions",
    "before insert or update",
    """
begin
    if not exists (select from providers_enrolment e where e.id = new.enrolment_id and e.house_id = new.house_id
                   and case_is_approved(e.case_id, 'providers')) then
        raise exception using errcode = 'check_violation', constraint = 'holding_without_its_decisions',
            message = 'an enrolled physician stands on decisions';
    end if;
    if tg_op = 'UPDATE' and (old.until is not null
            or to_jsonb(new) - array['until'] is distinct from to_jsonb(old) - array['until']) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'of an enrolled physician only the end is written later';
    end if;
    return new;
end
""",
    sees_all=True,
)
# An end is written once, along a decision; it is taken back only before it came, when that decision is withdrawn.
guard(
    Enrolment,
    "ends_by_decision",
    "before update",
    """
begin
    if old.ended_at is not null and row(new.*) is distinct from row(old.*) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'an enrolment that ended stays as it is';
    end if;
    if row(new.ends_on, new.ended_by_id) is distinct from row(old.ends_on, old.ended_by_id) and not (
            case when new.ended_by_id is null then decision_is_reviewed(old.ended_by_id)
                 else decision_ends(new.ended_by_id, new.case_id) end) then
        raise exception using errcode = 'check_violation', constraint = 'holding_ends_by_decision',
            message = 'an enrolment ends by a decision about its case';
    end if;
    return new;
end
""",
    sees_all=True,
)
never_deleted(DataChange)
guard(
    DataChange,
    "stands_on_decisions",
    "before insert",
    """
begin
    if not exists (select from providers_enrolment e join workflows_case c on c.about_id = e.case_id
                   where e.id = new.enrolment_id and e.house_id = new.house_id and e.ended_at is null
                     and c.id = new.case_id and case_is_approved(c.id, 'providers_change')) then
        raise exception using errcode = 'check_violation', constraint = 'holding_without_its_decisions',
            message = 'a change of data stands on its decisions';
    end if;
    return new;
end
""",
    sees_all=True,
)
guard(
    DataChange,
    "facts_stand",
    "before update",
    """
begin
    if row(new.enrolment_id, new.house_id, new.case_id, new.holds_from)
        is distinct from row(old.enrolment_id, old.house_id, old.case_id, old.holds_from)
        or old.withdrawn_at is not null or not decision_is_reviewed(new.case_id) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'a change of data ends when its decision is withdrawn';
    end if;
    return new;
end
""",
    sees_all=True,
)
never_deleted(LicenceKey)
guard(
    LicenceKey,
    "stands_on_decisions",
    "before insert",
    """
begin
    if not exists (select from providers_enrolment e join workflows_case c on c.id = new.case_id
                   where e.id = new.enrolment_id and e.house_id = new.house_id and e.ended_at is null
                     and e.provider_uic = new.provider_uic and case_is_approved(e.case_id, 'providers')
                     and (c.id = e.case_id
                          or (c.about_id = e.case_id and case_is_approved(c.id, 'providers_key')))) then
        raise exception using errcode = 'check_violation', constraint = 'holding_without_its_decisions',
            message = 'a licence key stands on its decisions';
    end if;
    return new;
end
""",
    sees_all=True,
)
guard(
    LicenceKey,
    "facts_stand",
    "before update",
    """
begin
    if row(new.enrolment_id, new.house_id, new.provider_uic, new.verifier, new.mask, new.public_id, new.issued_at,
            new.case_id)
        is distinct from
        row(old.enrolment_id, old.house_id, old.provider_uic, old.verifier, old.mask, old.public_id, old.issued_at,
            old.case_id)
        or (old.envelope is null and new.envelope is not null)
        or (old.opened_at is not null and new.opened_at is distinct from old.opened_at)
        or (old.blocked_at is not null and row(new.blocked_at, new.blocked_by_id, new.opened_at)
            is distinct from row(old.blocked_at, old.blocked_by_id, old.opened_at)) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'the facts of a licence key do not change';
    end if;
    return new;
end
""",
)
# A key is blocked by a decision, or by the holder's own request for a new one: a key in wrong hands waits for nobody.
guard(
    LicenceKey,
    "ends_by_decision",
    "before update of blocked_at, blocked_by_id",
    """
begin
    if new.blocked_by_id is distinct from old.blocked_by_id and not exists (
            select from providers_enrolment e join workflows_case c on c.id = new.blocked_by_id
            where e.id = new.enrolment_id
              and ((c.about_id = e.case_id and c.procedure = 'providers_key')
                   or decision_ends(c.id, e.case_id) or decision_ends(c.id, new.case_id))) then
        raise exception using errcode = 'check_violation', constraint = 'holding_ends_by_decision',
            message = 'a licence key is blocked along a request about its enrolment';
    end if;
    return new;
end
""",
    sees_all=True,
)
