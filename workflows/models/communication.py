"""What must reach somebody outside, and the facts that it did: each with its day and channel."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, User
from backoffice.crypto.encryption import EncryptedTextField
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import append_only, guard, never_deleted
from notifications.models import Document
from workflows.enums import CommunicationChannel
from workflows.models.case import Case
from workflows.models.filing import Filing
from workflows.models.registry import RegistryEntry


class Delivery(models.Model):
    """A document that somebody outside is to get, from its writing until a fact says that they have it.

    `since` is the day from which somebody of the house has to post it or hand it over; none while it is not sealed, or
    when it leaves by mail. A letter about a request that went to another house has no case here.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="delivery")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    procedure = models.CharField(max_length=20)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="deliveries")
    entry = models.ForeignKey(RegistryEntry, on_delete=models.PROTECT, related_name="+")
    subject_name = models.CharField(max_length=100, blank=True)
    email = EncryptedTextField(bound_to=("document_id",), null=True, blank=True)
    since = models.DateField(null=True)
    reached_at = models.DateTimeField(null=True)

    codes = ("procedure",)
    in_clear = {"subject_name": "as on the case: the registered name of an organisation"}

    class Meta:
        indexes = [
            models.Index(
                F("house"),
                F("since"),
                F("id"),
                name="delivery_waiting",
                condition=Q(since__isnull=False, reached_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.since or '–'}"


class Communication(models.Model):
    """One fact: a document reached its addressee on this day, in this way. A wrong one is cancelled by another row.

    `confirmation` is the number of the postal confirmation of receipt; `words` say to whom a paper was handed, or why a
    fact is cancelled.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="communications")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, choices=CommunicationChannel.choices)
    day = models.DateField()
    confirmation = models.CharField(max_length=40, blank=True)
    words = EncryptedTextField(bound_to=("public_id",), null=True, blank=True)
    cancels = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="cancelled_by")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    in_clear = {"confirmation": "the number of a postal confirmation of receipt; unique in its house by constraint"}

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="posting_has_its_confirmation",
                condition=Q(channel="post", cancels__isnull=True) & ~Q(confirmation="")
                | (~Q(channel="post") | Q(cancels__isnull=False)) & Q(confirmation=""),
                violation_error_message=_("Scrieți numărul confirmării de primire."),
            ),
            models.CheckConstraint(
                name="handing_over_names_somebody",
                condition=~Q(channel="handed_over") & Q(cancels__isnull=True) | Q(words__isnull=False),
                violation_error_message=_("Scrieți cui i s-a înmânat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.channel} {self.day}"

    @property
    def stands(self) -> bool:
        """Is it a fact that nobody has cancelled?"""
        return self.cancels_id is None and not hasattr(self, "cancelled_by")


CONFIRMATION_USED = _(
    "Numărul acestei confirmări este deja trecut la alt act al casei: verificați-l pe confirmarea de primire."
)
register_guard_sentences({"one_posting_per_confirmation": CONFIRMATION_USED})
never_deleted(Delivery)
append_only(Communication, ciphertext=["words"])
# A number stands once in its house, but for those whose fact was cancelled; numbers are compared one after the other.
guard(
    Communication,
    "confirmation_is_new",
    "before insert",
    """
begin
    if new.confirmation <> '' then
        perform pg_advisory_xact_lock(hashtextextended('confirmation:' || new.house_id || ':' || new.confirmation, 0));
        if exists (select from workflows_communication c
                   where c.house_id = new.house_id and c.confirmation = new.confirmation and not exists (
                       select from workflows_communication u where u.cancels_id = c.id)) then
            raise exception using errcode = 'check_violation', constraint = 'one_posting_per_confirmation',
                message = 'this confirmation stands already';
        end if;
    end if;
    return new;
end
""",
    sees_all=True,
)
