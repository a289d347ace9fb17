"""What a provider holds after an approval: the enrolment and its licence key."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, User
from backoffice.crypto.encryption import EncryptedField
from enrolment.enums import EnrolmentState
from enrolment.models.case import Case


class Enrolment(models.Model):
    """A provider enrolled in a house. Outlives the case that made it; a trigger wants the signed approval."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="enrolment")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="enrolments")
    provider_uic = models.CharField(max_length=20)
    provider_name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.APPROVED)
    approved_at = models.DateTimeField(db_default=Now())
    active_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_enrolment_per_provider_and_house",
                fields=["house", "provider_uic"],
                condition=~Q(state=EnrolmentState.CLOSED),
                violation_error_message=_("Furnizorul are deja o înrolare la această casă (motivul R12)."),
            ),
            models.CheckConstraint(
                name="active_enrolment_has_its_time",
                condition=~Q(state=EnrolmentState.ACTIVE) | Q(active_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_uic} {self.house}"

    @property
    def user_name(self) -> str:
        """User of the insurance platform: `<fiscal code>_<house code>` (domain.md 0.4)."""
        return f"{self.provider_uic}_{self.house.code}"


class LicenceKey(models.Model):
    """The key of an enrolment: a keyed verifier for good, the key itself in an envelope that opening destroys.

    (architecture.md 7 "licence key"; domain.md 3.4.)
    """

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
