"""Whom a case is about, also where it is about an earlier one."""

from workflows import procedures
from workflows.models import Case
from workflows.procedures import Subject


def subject_of(case: Case) -> Subject:
    """Whom a case is about, as what holds now of the request says it that stands at the beginning."""
    procedure = procedures.get(case.root.procedure)
    return procedure.subject(procedure.content_in_force(case.root))
