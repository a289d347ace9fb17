"""Whom a case is about, also where it is about an earlier one."""

from workflows import procedures
from workflows.models import Case
from workflows.procedures import Subject


def subject_of(case: Case) -> Subject:
    """Whom a case is about, as the request says it that stands at the beginning."""
    while case.about is not None:
        case = case.about
    return procedures.get(case.procedure).subject(case.content)
