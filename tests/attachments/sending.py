"""Sending a file as a browser does."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from workflows.attachments.models import Attachment


def send(client, place, public_id, data, kind="identity_document", name="buletin.jpg"):
    """Post one file and follow to the page that answers."""
    file = SimpleUploadedFile(name, data, content_type="text/html")  # what the browser says of it counts for nothing
    return client.post(reverse(f"workflows:{place}_scans", args=[public_id]), {"kind": kind, "file": file}, follow=True)


def sent(filing):
    """Kind and state of everything attached and not removed."""
    return list(Attachment.objects.filter(filing=filing, removed_at=None).order_by("pk").values_list("kind", "state"))
