"""The request to end an enrolment as data. Pure."""

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from workflows.forms import sentences
from workflows.forms.schema import Framed, Schema
from workflows.forms.values import Day, text, today_of


def _not_before_today(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and value < today_of(info).isoformat():
        raise PydanticCustomError("day_has_passed", "before today")
    return value


class WithdrawalForm(Framed):
    """From which day, and why if one wants to say it."""

    ends_on: Annotated[Day, BeforeValidator(_not_before_today)]
    why: text(500, required=False) = ""


SCHEMA = Schema(model=WithdrawalForm)
sentences.register({"day_has_passed": _("Ziua a trecut: scrieți ziua de azi sau una de mai târziu.")})
