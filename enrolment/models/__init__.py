"""What is asked for and what is held. Knows nothing of flows."""

from enrolment.models.case import Application, Case, CompletionRequest, Party, RuleCheck
from enrolment.models.decision import Decision
from enrolment.models.filing import Filing
from enrolment.models.holding import Enrolment, LicenceKey
from enrolment.models.registry import RegistryCounter, RegistryEntry

__all__ = [
    "Application",
    "Case",
    "CompletionRequest",
    "Decision",
    "Enrolment",
    "Filing",
    "LicenceKey",
    "Party",
    "RegistryCounter",
    "RegistryEntry",
    "RuleCheck",
]
