"""Why a piece of work failed, for every template."""

from typing import Any

from django import template

from backoffice.jobs import codes

register = template.Library()


@register.filter
def job_reason(code: str) -> Any:
    """The sentence of a job's code: what happened and what to do."""
    return codes.sentence(code)
