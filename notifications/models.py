"""Documents and messages: a document is a row before it is a PDF, a message is a row before it is a mail."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.crypto.encryption import EncryptedField, EncryptedJSONField
from backoffice.isolation.guards import guard, never_deleted
from notifications import kinds


class Document(models.Model):
    """A document of a house. `about` is the public id of the case; the frozen context is what the signer saw.

    A case may have a kind more than once: `occasion` counts (the round of a decision, the number of a letter).

    Once sealed, number, text and bytes never change (trigger). `code` opens the public verification page.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=26, unique=True)
    about = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=40)
    occasion = models.PositiveSmallIntegerField(default=1)
    house = models.ForeignKey("accounts.House", on_delete=models.PROTECT, related_name="+")
    context = EncryptedJSONField(bound_to=("public_id",))
    text_sha256 = models.CharField(max_length=64)
    number = models.CharField(max_length=30, blank=True)
    day = models.DateField(null=True)
    pdf = EncryptedField(bound_to=("public_id",), null=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sealed_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supersedes")
    read_at = models.DateTimeField(null=True)

    codes = ("kind", "number")
    in_clear = {
        "code": "128 random bits printed on the document; opens what the holder of the paper has",
        "text_sha256": "fingerprint of a whole text: not to be guessed without all of it",
        "pdf_sha256": "fingerprint of a sealed file, by which anybody who has it may ask whether it is ours",
    }

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_document_per_case_kind_and_occasion", fields=["about", "kind", "occasion"]
            ),
            models.UniqueConstraint(
                name="one_document_per_fingerprint", fields=["pdf_sha256"], condition=~Q(pdf_sha256="")
            ),
            models.CheckConstraint(
                name="sealed_document_is_whole",
                condition=Q(sealed_at__isnull=True, pdf__isnull=True, pdf_sha256="")
                | Q(sealed_at__isnull=False, pdf__isnull=False, number__gt="", day__isnull=False) & ~Q(pdf_sha256=""),
            ),
            models.CheckConstraint(
                name="document_does_not_supersede_itself",
                condition=Q(superseded_by__isnull=True) | ~Q(superseded_by=F("pk")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} {self.number}"

    @property
    def kind_label(self) -> str | Promise:
        """What it is, in words."""
        return kinds.get(self.kind).label


class MessageState(models.TextChoices):
    """Whether a message has been handed over."""

    QUEUED = "queued", _("În așteptare")
    SENDING = "sending", _("Se trimite")
    SENT = "sent", _("Trimis")
    FAILED = "failed", _("Netrimis")


class Message(models.Model):
    """One message to one address. Address and context are encrypted; the context holds no secret all the same."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    template = models.CharField(max_length=40)
    about = models.UUIDField(db_index=True)
    house = models.ForeignKey("accounts.House", on_delete=models.PROTECT, null=True, related_name="+")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    address = EncryptedJSONField(bound_to=("public_id",))
    language = models.CharField(max_length=2, default="ro")
    context = EncryptedJSONField(bound_to=("public_id",))
    documents = models.ManyToManyField(Document, related_name="+")
    dedupe_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.QUEUED)
    failure = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    codes = ("template", "language", "dedupe_key", "failure")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="sent_message_has_its_time",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"


class PublicPaper(models.Model):
    """An informational PDF of a house that anybody may read: no act, no number, no seal. One of each kind, the newest.

    `words_sha256` is the fingerprint of the words it was made of: where they have changed, it waits to be made anew.
    """

    house = models.ForeignKey("accounts.House", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    words_sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    codes = ("kind",)
    in_clear = {
        "words_sha256": "fingerprint of words that are published",
        "pdf": "published on a page that needs no account; about nobody",
    }

    class Meta:
        constraints = [models.UniqueConstraint(name="one_public_paper_per_house_and_kind", fields=["house", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.house}"


never_deleted(Document)
never_deleted(Message)
never_deleted(PublicPaper)
# A frozen document stands, but for the key its bytes lie under: the owner of the table may renew it.
guard(
    Document,
    "document_stands",
    "before update",
    """
begin
    if rotation_runs(tg_relid)
        and to_jsonb(new) - array['context', 'pdf'] = to_jsonb(old) - array['context', 'pdf'] then
        return new;
    end if;
    if row(new.code, new.about, new.kind, new.occasion, new.house_id, new.context, new.text_sha256, new.public_id)
        is distinct from
        row(old.code, old.about, old.kind, old.occasion, old.house_id, old.context, old.text_sha256, old.public_id)
        or (old.number <> '' and row(new.number, new.day) is distinct from row(old.number, old.day))
        or (old.sealed_at is not null and row(new.pdf, new.pdf_sha256, new.sealed_at)
            is distinct from row(old.pdf, old.pdf_sha256, old.sealed_at)) then
        raise exception using errcode = 'restrict_violation', constraint = 'append_only',
            message = 'a frozen document does not change';
    end if;
    return new;
end
""",
)
