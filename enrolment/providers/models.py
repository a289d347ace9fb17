"""What a provider holds after an approval: the enrolment and its licence key."""

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


class Enrolment(models.Model):
    """A provider enrolled in a house. Outlives the case that made it; a trigger wants the signed approval."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="enrolment")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="enrolments")
    provider_uic = models.CharField(max_length=20)
    provider_name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=160)
    representative = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.APPROVED)
    approved_at = models.DateTimeField(db_default=Now())
    active_at = models.DateTimeField(null=True)

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
                violation_error_message=_("Furnizorul are deja o înrolare la această casă (motivul R12)."),
            ),
            models.CheckConstraint(
                name="active_enrolment_has_its_time",
                condition=~Q(state=EnrolmentState.ACTIVE) | Q(active_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["provider_uic"], name="enrolment_of_provider")]

    def __str__(self) -> str:
        return f"{self.provider_uic} {self.house}"

    @property
    def user_name(self) -> str:
        """User of the insurance platform: `<fiscal code>_<house code>`."""
        return f"{self.provider_uic}_{self.house.code}"


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
    """The key of an enrolment: a keyed verifier for good, the key itself in an envelope that opening destroys."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="keys")
    house = models.ForeignKey(House, on_delete=models.PROTECT)
    provider_uic = models.CharField(max_length=20)
    verifier = models.BinaryField(max_length=32)
    mask = models.CharField(max_length=24)
    envelope = EncryptedField(bound_to=("public_id",), null=True)
    issued_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    blocked_at = models.DateTimeField(null=True)

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
        ]

    def __str__(self) -> str:
        return self.mask


register_guard_sentences({"holding_without_its_decisions": _("Nu se poate emite nimic fără deciziile dosarului.")})
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
never_deleted(LicenceKey)
guard(
    LicenceKey,
    "stands_on_decisions",
    "before insert",
    """
begin
    if not exists (select from providers_enrolment e where e.id = new.enrolment_id and e.house_id = new.house_id
                   and e.provider_uic = new.provider_uic and case_is_approved(e.case_id, 'providers')) then
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
    if row(new.enrolment_id, new.house_id, new.provider_uic, new.verifier, new.mask, new.public_id, new.issued_at)
        is distinct from
        row(old.enrolment_id, old.house_id, old.provider_uic, old.verifier, old.mask, old.public_id, old.issued_at)
        or (old.envelope is null and new.envelope is not null)
        or (old.opened_at is not null and new.opened_at is distinct from old.opened_at) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'the facts of a licence key do not change';
    end if;
    return new;
end
""",
)
