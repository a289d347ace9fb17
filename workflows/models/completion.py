"""What the house asked the applicant to put right, until when, and when the answer came."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import User
from backoffice.crypto.encryption import EncryptedJSONField, EncryptedTextField
from backoffice.isolation.guards import never_deleted
from workflows.models.case import Case


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
    # A paper answer while a clerk is keying it in.
    draft = EncryptedJSONField(bound_to=("case_id",), null=True)

    codes = ("reasons",)

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


never_deleted(CompletionRequest)
