"""The case: one request to one house, with everything about it."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House, Person, User
from backoffice.crypto.encryption import EncryptedJSONField, EncryptedTextField
from enrolment.enums import CLOSED, Capacity, State
from enrolment.models.filing import Filing
from enrolment.models.registry import RegistryEntry


class Case(models.Model):
    """A request in a house: number, applicant, state, term. Knows nothing of the engine that moves it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="cases")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="cases")
    entry = models.OneToOneField(RegistryEntry, on_delete=models.PROTECT, related_name="case")
    state = models.CharField(max_length=12, choices=State.choices, default=State.REVIEW)
    round = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveSmallIntegerField(default=1)
    provider_uic = models.CharField(max_length=20)
    provider_name = models.CharField(max_length=100)
    search_key = models.CharField(max_length=160)
    filed_on = models.DateField()
    due_on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    communicated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_case_per_filing_and_house", fields=["filing", "house"]),
            models.CheckConstraint(name="case_term_is_after_filing", condition=Q(due_on__gte=F("filed_on"))),
            models.CheckConstraint(
                name="case_state_and_date_agree",
                condition=Q(state__in=[str(s) for s in sorted(CLOSED)], decided_at__isnull=False)
                | (~Q(state__in=[str(s) for s in sorted(CLOSED)]) & Q(decided_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["house", "-id"], name="case_of_house"),
            models.Index(fields=["house", "provider_uic"], name="case_of_provider"),
            GinIndex(OpClass(F("search_key"), name="gin_trgm_ops"), name="case_search"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} – {self.provider_name}"

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def content(self) -> dict:
        """Form F1 as it stands now: the part of this house, newest version."""
        return self.applications.get(version=self.version).content


class Application(models.Model):
    """One version of what is asked for, frozen by its fingerprint; completions make a new one."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="applications")
    version = models.PositiveSmallIntegerField()
    content = EncryptedJSONField(bound_to=("case_id", "version"))
    sha256 = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(db_default=Now())
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_application_per_version", fields=["case", "version"])]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}"


class Party(models.Model):
    """A person who is part of a case and may never decide it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=24, choices=Capacity.choices)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_party_per_capacity", fields=["case", "person", "capacity"])]

    def __str__(self) -> str:
        return f"{self.case_id} {self.capacity}"


class RuleCheck(models.Model):
    """What the automatic rules said about one version, with the facts they saw. Append-only by trigger."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="checks")
    version = models.PositiveSmallIntegerField()
    rules_version = models.CharField(max_length=20)
    findings = EncryptedJSONField(bound_to=("case_id", "version"))
    run_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}: {[f['code'] for f in self.findings]}"


class CompletionRequest(models.Model):
    """What the house asked the applicant to put right, until when, and when the answer came."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="completion_requests")
    reasons = models.JSONField()
    text = EncryptedTextField(bound_to=("case_id",), null=True, blank=True)
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_completion_request",
                fields=["case"],
                condition=Q(answered_at__isnull=True, lapsed_at__isnull=True),
                violation_error_message=_("Dosarul are deja o solicitare de completări deschisă."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due_on}"
