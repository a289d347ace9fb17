"""Scans attached to a filing: one row each, its bytes beside it, encrypted (security.md S15; docs/adr/0012-uploads.md)."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import User
from backoffice.crypto.encryption import EncryptedField, EncryptedJSONField
from enrolment.attachments.inspection.limits import MAX_FILE_BYTES
from enrolment.attachments.inspection.magic import Media
from enrolment.attachments.kinds import KINDS
from enrolment.attachments.words import REASONS
from enrolment.models import Filing


class State(models.TextChoices):
    """Nobody is shown anything of a file before it is clean."""

    QUARANTINE = "quarantine", _("se verifică")
    CLEAN = "clean", _("verificat")
    REFUSED = "refused", _("respins")


class Attachment(models.Model):
    """One file as it was sent. Every house that decides a case of the filing sees it.

    The name is encrypted: people write names and identity numbers into it. A file removed from a draft leaves this
    row, without its bytes.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=24, choices=[(kind.code, kind.label) for kind in KINDS])
    name = EncryptedJSONField(bound_to=("public_id",))
    media = models.CharField(max_length=4, choices=[(str(m), m.upper()) for m in Media])
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUARANTINE)
    reason = models.CharField(max_length=24, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    signatures = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    inspected_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="attachment_has_a_size", condition=Q(size__gt=0, size__lte=MAX_FILE_BYTES)),
            models.CheckConstraint(
                name="attachment_verdict_is_whole",
                condition=Q(state=State.QUARANTINE, inspected_at__isnull=True, reason="", pages=0)
                | Q(state=State.CLEAN, inspected_at__isnull=False, reason="", pages__gt=0)
                | Q(state=State.REFUSED, inspected_at__isnull=False, pages=0) & ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["uploaded_by", "uploaded_at"], name="attachment_by_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def why_refused(self) -> str | Promise:
        """The sentence of the refusal."""
        return REASONS.get(self.reason, REASONS["unreadable"])


class AttachmentBlob(models.Model):
    """Encrypted bytes: number 0 is the file as it was sent, the others are the page images."""

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="blobs")
    number = models.PositiveSmallIntegerField()
    content = EncryptedField(bound_to=("attachment_id", "number"))

    class Meta:
        constraints = [models.UniqueConstraint(name="one_blob_per_number", fields=["attachment", "number"])]

    def __str__(self) -> str:
        return f"{self.attachment_id}/{self.number}"
