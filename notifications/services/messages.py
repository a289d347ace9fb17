"""Messages: a row in the transaction of what happened, a mail when the worker gets to it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from backoffice.audit import log
from backoffice.crypto.encryption import encrypted
from backoffice.jobs import queue
from backoffice.jobs.faults import fault
from backoffice.jobs.models import Job
from backoffice.jobs.registry import Handler, Permanent, Transient, register
from notifications.models import Document, Message, MessageState

MAIL = "mail"


@transaction.atomic(savepoint=False)
def send(
    template: str,
    *,
    about: UUID,
    house: Any,
    address: str,
    recipient: Any = None,
    language: str = "ro",
    context: dict | None = None,
    documents: Iterable[Document] = (),
    dedupe_key: str,
) -> Message:
    """Write a message and the job that will deliver it. The same `dedupe_key` is the same message.

    `context` holds labels and links only: no secret, no identity number (the mail that shows it travels in clear).
    """
    written = Message(
        dedupe_key=dedupe_key,
        template=template,
        about=about,
        house=house,
        recipient=recipient,
        address=address,
        language=language,
        context=context or {},
    )
    Message.objects.bulk_create([written], ignore_conflicts=True)
    message = Message.objects.get(dedupe_key=dedupe_key)
    if message.public_id == written.public_id:
        message.documents.add(*documents)
        queue.enqueue(MAIL, object_id=message.pk, house=house.pk if house else None)
        log.record("message.queued", on=message, by=None, house=house, template=template)
    return message


def prepare(job: Job) -> EmailMessage | None:
    """The mail as it will be handed over; None when it was handed over already."""
    message = Message.objects.select_related("house", "recipient").get(pk=job.object_id)
    if message.recipient:  # who has an account is written to at its address of today
        message.address = message.recipient.email
    here = Message.objects.filter(pk=message.pk).exclude(state=MessageState.SENT)
    if not here.update(state=MessageState.SENDING, **encrypted(message, address=message.address)):
        return None
    return _mail(message)


def deliver(mail: EmailMessage | None) -> None:
    """Hand the mail over. The Message-ID comes from the row: a repeat after a crash is recognised as the same."""
    if mail is None:
        return
    try:
        mail.send()
    except (OSError, TimeoutError):
        raise Transient("mail_server_unreachable") from None
    except Exception as problem:
        code = getattr(problem, "smtp_code", None)
        if code is not None and 500 <= code < 600:
            raise Permanent("mail_refused") from None
        raise Transient("mail_failed") from None
    fault("mail_accepted")


def masked(address: str) -> str:
    """An address as a colleague may see it: enough to recognise it, not enough to use it."""
    name, __, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def _settle(job: Job, result: None) -> None:
    message = Message.objects.get(pk=job.object_id)
    if (
        Message.objects.filter(pk=message.pk)
        .exclude(state=MessageState.SENT)
        .update(state=MessageState.SENT, sent_at=Now(), failure="")
    ):
        log.record("message.sent", on=message, by=None, house=message.house)


def _failed(job: Job) -> None:
    message = Message.objects.get(pk=job.object_id)
    Message.objects.filter(pk=message.pk).update(state=MessageState.FAILED, failure=job.last_code or "failed")
    log.record("message.failed", on=message, by=None, house=message.house)


def _mail(message: Message) -> EmailMessage:
    context = message.context | {"house": message.house, "base_url": settings.BASE_URL}
    with translation.override(message.language):
        subject = render_to_string(f"email/{message.template}.subject.txt", context)
        body = render_to_string(f"email/{message.template}.body.txt", context)
    mail = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[message.address],
        headers={"Message-ID": f"<{message.public_id}@des-backoffice>", "Auto-Submitted": "auto-generated"},
    )
    for document in message.documents.all():
        mail.attach(
            f"{document.kind.rpartition('.')[2]}-{document.code}.pdf", bytes(document.pdf or b""), "application/pdf"
        )
    return mail


register(
    Handler(
        kind=MAIL,
        label=_("Mesaj către solicitant"),
        queue="mail",
        prepare=prepare,
        work=deliver,
        settle=_settle,
        on_failure=_failed,
    )
)
