"""One attached file, through the filing that one may already see; else 404."""

from uuid import UUID

from django.http import Http404

from workflows.attachments.models import Attachment, AttachmentState
from workflows.models import Filing


def attachment_of(filing: Filing, public_id: UUID) -> Attachment:
    """A file that is still attached to this filing."""
    found = Attachment.objects.select_related("filing").filter(
        public_id=public_id, filing=filing, removed_at__isnull=True
    )
    attachment = found.first()
    if attachment is None:
        raise Http404
    return attachment


def clean_attachment_of(filing: Filing, public_id: UUID) -> Attachment:
    """The same, if it may be looked at."""
    attachment = attachment_of(filing, public_id)
    if attachment.state != AttachmentState.CLEAN:
        raise Http404
    return attachment
