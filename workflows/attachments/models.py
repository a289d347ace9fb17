"""Scans attached to a filing: one row each, its bytes beside it, encrypted (docs/adr/0012-uploads.md)."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import User
from backoffice.crypto.encryption import EncryptedField, EncryptedJSONField
from backoffice.isolation.guards import append_only, guard, never_deleted
from workflows.attachments.inspection.limits import MAX_FILE_BYTES
from workflows.attachments.inspection.magic import Media
from workflows.attachments.kinds import label_of
from workflows.attachments.refusals import REASONS
from workflows.models import Filing


class AttachmentState(models.TextChoices):
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
    kind = models.CharField(max_length=24)
    name = EncryptedJSONField(bound_to=("public_id",))
    media = models.CharField(max_length=4, choices=[(str(m), m.upper()) for m in Media])
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=AttachmentState.choices, default=AttachmentState.QUARANTINE)
    reason = models.CharField(max_length=24, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    signatures = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(db_default=Now())
    inspected_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    codes = ("kind", "reason")
    in_clear = {"sha256": "fingerprint of a file: not to be guessed without all of it"}

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="attachment_has_a_size", condition=Q(size__gt=0, size__lte=MAX_FILE_BYTES)),
            models.CheckConstraint(
                name="attachment_verdict_is_whole",
                condition=Q(state=AttachmentState.QUARANTINE, inspected_at__isnull=True, reason="", pages=0)
                | Q(state=AttachmentState.CLEAN, inspected_at__isnull=False, reason="", pages__gt=0)
                | Q(state=AttachmentState.REFUSED, inspected_at__isnull=False, pages=0) & ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["uploaded_by", "uploaded_at"], name="attachment_by_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def kind_label(self) -> str | Promise:
        """What it is a scan of."""
        return label_of(self.filing.procedure, self.kind)

    @property
    def why_refused(self) -> str | Promise:
        """The sentence of the refusal."""
        return REASONS.get(self.reason, REASONS["unreadable"])


class AttachmentBlob(models.Model):
    """Encrypted bytes: number 0 is the file as it was sent, the others are the page images."""

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="blobs")
    number = models.PositiveSmallIntegerField()
    content = EncryptedField(bound_to=("attachment_id", "number"))

    deletable = "bytes leave with a file that is taken out of a draft; the guard below allows no other way"

    class Meta:
        constraints = [models.UniqueConstraint(name="one_blob_per_number", fields=["attachment", "number"])]

    def __str__(self) -> str:
        return f"{self.attachment_id}/{self.number}"


never_deleted(Attachment)
guard(
    Attachment,
    "attachment_stands",
    "before update",
    """
begin
    if row(new.public_id, new.filing_id, new.kind, new.name, new.media, new.size, new.sha256,
            new.uploaded_by_id, new.uploaded_at)
        is distinct from
        row(old.public_id, old.filing_id, old.kind, old.name, old.media, old.size, old.sha256,
            old.uploaded_by_id, old.uploaded_at)
        or (old.state <> 'quarantine'
            and row(new.state, new.reason, new.pages, new.signatures, new.inspected_at)
            is distinct from row(old.state, old.reason, old.pages, old.signatures, old.inspected_at))
        or (new.removed_at is distinct from old.removed_at
            and (old.removed_at is not null or not filing_is_draft(new.filing_id))) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'what was attached stands';
    end if;
    return new;
end
""",
    sees_all=True,
)
append_only(AttachmentBlob, event="update or truncate")
guard(
    AttachmentBlob,
    "bytes_stand",
    "before insert or delete",
    """
begin
    if tg_op = 'INSERT' and exists (
            select from attachments_attachment a where a.id = new.attachment_id
            and a.state = 'quarantine' and a.removed_at is null) then
        return new;
    elsif tg_op = 'DELETE' and exists (
            select from attachments_attachment a where a.id = old.attachment_id
            and a.removed_at is not null and filing_is_draft(a.filing_id)) then
        return old;
    end if;
    raise exception using errcode = 'restrict_violation', constraint = 'append_only',
        message = 'the bytes of an attachment stand';
end
""",
    sees_all=True,
)
