"""Cases and what belongs to them. Only `assignment` knows the engine."""

from workflows.models.assignment import Assignment
from workflows.models.case import Case, Check, Party, Version
from workflows.models.closure import Closure
from workflows.models.communication import Communication, Delivery
from workflows.models.completion import CompletionRequest
from workflows.models.decision import Decision
from workflows.models.extension import Extension
from workflows.models.filing import Filing
from workflows.models.registry import RegistryCounter, RegistryEntry

__all__ = [
    "Assignment",
    "Case",
    "Check",
    "Closure",
    "Communication",
    "CompletionRequest",
    "Decision",
    "Delivery",
    "Extension",
    "Filing",
    "Party",
    "RegistryCounter",
    "RegistryEntry",
    "Version",
]
