"""Inspecting as durable work. Importing this module registers the kind; its queue needs a worker of its own."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, Transient, register
from workflows.attachments import services
from workflows.attachments.inspection import runner, scanner
from workflows.attachments.inspection.verdict import Verdict
from workflows.attachments.models import Attachment, AttachmentBlob, AttachmentState


def prepare(job: Job) -> bytes | None:
    """The bytes of a file in quarantine; None when it was removed or judged meanwhile."""
    attachment = Attachment.objects.filter(
        pk=job.object_id, state=AttachmentState.QUARANTINE, removed_at__isnull=True
    ).first()
    try:
        return services.opened(attachment, services.ORIGINAL) if attachment else None
    except AttachmentBlob.DoesNotExist:  # removed between the two questions
        return None


def work(data: bytes | None) -> Verdict | None:
    """The verdict on the bytes. May repeat."""
    if data is None:
        return None
    try:
        if settings.SCANNER_URL and scanner.is_infected(settings.SCANNER_URL, data):
            return Verdict(reason="infected")
        return runner.inspect(data)
    except runner.Unavailable as problem:
        raise Transient(problem.code) from None


def settle(job: Job, verdict: Verdict | None) -> None:
    """Keep the verdict."""
    if verdict is not None:
        services.keep_verdict(job.object_id, verdict)


# Failed work changes nothing: the file stays in quarantine, the house sees why and asks again.
register(
    Handler(
        kind=services.INSPECT,
        label=_("Verificarea unui fișier încărcat"),
        queue="verify",
        prepare=prepare,
        work=work,
        settle=settle,
    )
)
