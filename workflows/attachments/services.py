"""Attaching, removing from a draft, keeping the verdict, handing out. Bytes are clear in memory only."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backoffice.accounts import access
from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.jobs import queue
from backoffice.jobs.models import Job, JobState
from workflows.attachments.inspection.limits import MAX_FILE_BYTES, MEBIBYTE
from workflows.attachments.inspection.magic import Media, media_of
from workflows.attachments.inspection.verdict import Verdict
from workflows.attachments.kinds import Kind, offered
from workflows.attachments.models import Attachment, AttachmentBlob, AttachmentState
from workflows.attachments.refusals import REASONS, shown_name
from workflows.enums import CLOSED, CaseState, Channel
from workflows.errors import Refused
from workflows.models import Filing

INSPECT = "inspect"
ORIGINAL = 0
MAX_FILING_BYTES = 50 * MEBIBYTE
MAX_FILES_A_DAY = 100
MAX_BYTES_A_DAY = 300 * MEBIBYTE


class AttachmentGroup(NamedTuple):
    """A kind with what is attached of it."""

    kind: Kind
    files: list[Attachment]

    @property
    def is_full(self) -> bool:
        """No further file of this kind is taken."""
        return len(self.files) >= self.kind.most

    @property
    def is_missing(self) -> bool:
        """Nothing that could still be of use is attached."""
        return not any(file.state != AttachmentState.REFUSED for file in self.files)

    @property
    def is_checking(self) -> bool:
        """An inspection of one of its files is still to come."""
        return any(file.state == AttachmentState.QUARANTINE for file in self.files)


def groups(filing: Filing) -> list[AttachmentGroup]:
    """What is attached to a filing, kind by kind: those that its content asks for, and any that is attached."""
    files = list(filing.attachments.filter(removed_at__isnull=True))
    found = [
        AttachmentGroup(kind, [file for file in files if file.kind == kind.code]) for kind in offered(filing.procedure)
    ]
    return [group for group in found if group.files or group.kind.when(filing.content)]


def may_add(filing: Filing, *, by: User) -> bool:
    """The applicant while it is a draft or the house waits for completions; on paper, a clerk until the decision."""
    if filing.channel == Channel.ONLINE:
        waiting = filing.cases.filter(state=CaseState.COMPLETION)
        return filing.owner_id == by.pk and (not filing.is_submitted or waiting.exists())
    open_cases = filing.cases.exclude(state__in=CLOSED)
    houses = open_cases.values_list("house_id", flat=True) if filing.is_submitted else [filing.house_id]
    return any(house and access.can(by, Can.KEY_IN, house, filing.procedure) for house in houses)


@transaction.atomic
def add(filing: Filing, *, by: User, kind: str, name: str, data: bytes) -> Attachment:
    """Keep a file, encrypted and in quarantine, and ask for its inspection. Raises `Refused` with what to do."""
    media = _media(data)
    filing = Filing.objects.select_for_update().get(pk=filing.pk)  # two files at once are counted one after the other
    if not may_add(filing, by=by):
        raise Refused(_("La această cerere nu se mai pot atașa acte. Deschideți-o din nou."))
    _demand_room(filing, kind, len(data))
    _demand_measure(by, len(data))
    attachment = Attachment.objects.create(
        filing=filing,
        kind=kind,
        name=shown_name(name),
        media=media,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_by=by,
    )
    _keep(attachment, {ORIGINAL: data})
    queue.enqueue(INSPECT, object_id=attachment.pk, house=filing.house_id)
    log.record("attachment.added", on=attachment, by=by, house=filing.house, filing=filing.pk, kind=kind)
    return attachment


def _media(data: bytes) -> Media:
    """What can be told without parsing; the rest is the worker's to find."""
    media = media_of(data)
    if not data or len(data) > MAX_FILE_BYTES or media is None:
        raise Refused(REASONS["empty" if not data else "too_big" if len(data) > MAX_FILE_BYTES else "wrong_type"])
    return media


def _demand_room(filing: Filing, kind: str, size: int) -> None:
    group = next((group for group in groups(filing) if group.kind.code == kind), None)
    if group is None:
        raise Refused(_("Alegeți din listă ce act atașați."))
    if group.is_full:
        raise Refused(
            _("Numărul cel mai mare de fișiere de acest fel este {n}. Scoateți unul sau uniți-le într-un PDF.").format(
                n=group.kind.most
            )
        )
    held = filing.attachments.filter(removed_at__isnull=True).aggregate(size=Sum("size", default=0))
    if held["size"] + size > MAX_FILING_BYTES:
        raise Refused(_("Fișierele unei cereri pot avea împreună cel mult 50 MB. Scoateți unul sau micșorați-le."))


def _demand_measure(by: User, size: int) -> None:
    """Refuse what exceeds the account's daily limit of files and bytes; removed files count too. Raises `Refused`."""
    sent = Attachment.objects.filter(uploaded_by=by, uploaded_at__gt=Now() - timedelta(days=1)).aggregate(
        files=Count("pk"), size=Sum("size", default=0)
    )
    if sent["files"] >= MAX_FILES_A_DAY or sent["size"] + size > MAX_BYTES_A_DAY:
        raise Refused(_("Ați trimis multe fișiere în ultimele 24 de ore. Încercați din nou mâine."))


@transaction.atomic
def remove(attachment: Attachment, *, by: User) -> None:
    """Take a file out of a draft: its bytes are erased, its row says that it was there. Raises `Refused`."""
    filing = Filing.objects.select_for_update().get(pk=attachment.filing_id)
    if filing.is_submitted:
        raise Refused(_("Cererea este depusă: ce s-a atașat rămâne la dosar."))
    if not may_add(filing, by=by):
        raise Refused(_("Numai cine completează cererea poate scoate un act atașat."))
    if Attachment.objects.filter(pk=attachment.pk, removed_at__isnull=True).update(removed_at=Now()):
        attachment.blobs.all().delete()
        log.record("attachment.removed", on=attachment, by=by, house=filing.house, filing=filing.pk)


def keep_verdict(attachment_id: int, verdict: Verdict) -> None:
    """Write what the inspection found, once, in the transaction that marks its job done."""
    attachment = (
        Attachment.objects.select_for_update(of=("self",)).select_related("filing__house").get(pk=attachment_id)
    )
    if attachment.state != AttachmentState.QUARANTINE or attachment.removed_at:
        return
    _keep(attachment, dict(enumerate(verdict.pages, 1)))
    attachment.state = AttachmentState.REFUSED if verdict.reason else AttachmentState.CLEAN
    attachment.reason = verdict.reason[:24]
    attachment.pages, attachment.signatures = len(verdict.pages), min(verdict.signatures, 999)
    attachment.inspected_at = Now()
    attachment.save(update_fields=["state", "reason", "pages", "signatures", "inspected_at"])
    house, filing = attachment.filing.house, attachment.filing_id
    if verdict.reason:
        log.record("attachment.refused", on=attachment, by=None, house=house, filing=filing, reason=attachment.reason)
    else:
        log.record("attachment.inspected", on=attachment, by=None, house=house, filing=filing)


@transaction.atomic
def download(attachment: Attachment, *, by: User, house: House | None) -> bytes:
    """The file as it was sent. Whoever takes it on behalf of a house leaves a trace."""
    if house is not None:
        log.record("attachment.downloaded", on=attachment, by=by, house=house, filing=attachment.filing_id)
    return opened(attachment, ORIGINAL)


def opened(attachment: Attachment, number: int) -> bytes:
    """The clear bytes of the original or of a page. Raises `AttachmentBlob.DoesNotExist`."""
    return attachment.blobs.get(number=number).content


def failed(files: Iterable[Attachment]) -> list[Job]:
    """The inspections that were given up after repeated failures of ours (a scanner that is away)."""
    waiting = [file.pk for file in files if file.state == AttachmentState.QUARANTINE]
    if not waiting:
        return []
    return list(Job.objects.filter(kind=INSPECT, object_id__in=waiting, state=JobState.FAILED))


def missing(found: Iterable[AttachmentGroup]) -> list[str | Promise]:
    """What is not attached, in the words the clerk reads."""
    return [group.kind.missing for group in found if group.is_missing and group.kind.missing]


def _keep(attachment: Attachment, parts: dict[int, bytes]) -> None:
    AttachmentBlob.objects.bulk_create(
        AttachmentBlob(attachment=attachment, number=number, content=data) for number, data in parts.items()
    )
