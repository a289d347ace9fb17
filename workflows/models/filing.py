"""A filing: one person's draft, autosaved, that becomes a case in each competent house."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, User
from backoffice.crypto.encryption import EncryptedJSONField
from backoffice.isolation.guards import never_deleted
from workflows.enums import KEYED_IN, Channel


class Filing(models.Model):
    """What was typed, as typed, until it is submitted; afterwards the link between the cases it made.

    `content` is the procedure's form, judged by its schema; `as_written` are the paths whose wrong value really stands
    on the paper, `missing` those at which it says nothing. A paper request carries the house that received it and the
    reference it was keyed in under. `about` is the earlier case that it asks something about, in the procedures that
    follow another one.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="filings")
    procedure = models.CharField(max_length=20)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    house = models.ForeignKey(House, on_delete=models.PROTECT, null=True)
    about = models.ForeignKey("workflows.Case", on_delete=models.PROTECT, null=True, related_name="filings_about")
    reference = models.CharField(max_length=60, blank=True)
    content = EncryptedJSONField(bound_to=("public_id",))
    content_sha256 = models.CharField(max_length=64, blank=True)
    as_written = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)

    codes = ("procedure", "as_written", "missing")
    in_clear = {
        "reference": "the number a house wrote on a paper; unique by constraint",
        "content_sha256": "fingerprint of a whole form: not to be guessed without all of it",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="paper_has_a_house_and_online_an_owner",
                condition=Q(channel=Channel.ONLINE, owner__isnull=False, house__isnull=True)
                | Q(channel__in=[str(c) for c in KEYED_IN], house__isnull=False),
            ),
            models.CheckConstraint(
                name="submitted_filing_has_its_fingerprint",
                condition=Q(submitted_at__isnull=True) | ~Q(content_sha256=""),
            ),
            models.UniqueConstraint(
                name="one_filing_per_house_and_reference",
                fields=["house", "reference"],
                condition=~Q(reference=""),
                violation_error_message=_("La această casă există deja o cerere cu această referință."),
            ),
        ]
        indexes = [models.Index(fields=["owner", "-saved_at"], name="filing_of_owner")]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def name(self) -> str:
        """What a draft is about, as far as it says so."""
        from workflows import procedures

        procedure = procedures.get(self.procedure)
        if self.about:
            named = _("{what}, despre {subject}, nr. {number}")
            return str(named).format(what=procedure.title, subject=self.about.subject_name, number=self.about.entry)
        return procedure.draft_name(self.content)

    @property
    def first_page(self) -> str:
        """Where one goes on with a draft."""
        from workflows import procedures

        return procedures.get(self.procedure).form.pages[0].slug

    @property
    def is_submitted(self) -> bool:
        """Has it become cases?"""
        return self.submitted_at is not None


never_deleted(Filing)
