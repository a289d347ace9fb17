"""Decisions: one stage decided by one person. Append-only; four eyes hold here whatever the code above does."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Membership, Person, User
from backoffice.crypto.encryption import EncryptedTextField
from enrolment.enums import Outcome, Stage
from enrolment.models.case import Case


class Decision(models.Model):
    """One stage of one round (security.md S10, architecture.md 7).

    Triggers besides the constraints below: no party decides; stages come in order, in the case's present round,
    over the same frozen application.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=8, choices=Stage.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list)
    text = EncryptedTextField(bound_to=("case_id", "round", "stage"), null=True, blank=True)
    application_sha256 = models.CharField(max_length=64)
    text_sha256 = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_decision_per_stage",
                fields=["case", "round", "stage"],
                violation_error_message=_("Etapa aceasta a fost deja decisă."),
            ),
            ExclusionConstraint(
                name="four_eyes_one_stage_per_person",
                expressions=[
                    (OpClass("case_id", name="gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("person_id", name="gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("stage", name="gist_text_ops"), RangeOperators.NOT_EQUAL),
                ],
                violation_error_message=_(
                    "Ați hotărât deja la altă etapă a acestui dosar; această etapă îi revine altcuiva."
                ),
            ),
            models.CheckConstraint(
                name="proposal_does_not_return", condition=~Q(stage=Stage.PROPOSE, outcome=Outcome.RETURN)
            ),
            models.CheckConstraint(
                name="rejection_has_its_reasons",
                condition=~Q(stage=Stage.PROPOSE, outcome=Outcome.REJECT) | ~Q(reasons=[]),
                violation_error_message=_("O respingere are cel puțin un motiv."),
            ),
            models.CheckConstraint(
                name="return_says_why",
                condition=~Q(outcome=Outcome.RETURN) | Q(text__isnull=False),
                violation_error_message=_("Scrieți de ce întoarceți dosarul."),
            ),
            models.CheckConstraint(
                name="signature_covers_a_text",
                condition=~Q(stage=Stage.SIGN) | Q(outcome=Outcome.RETURN) | ~Q(text_sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.round} {self.stage}: {self.outcome}"
