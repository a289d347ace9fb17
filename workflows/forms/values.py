"""Kinds of value that forms ask for, each tidied and judged in one place (pydantic types). Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from backoffice.romania import counties, identifiers
from backoffice.romania.text import normalise, without_separators

# Control characters, and overrides of direction that make a text look like another one.
UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(value: Any) -> str:
    """A text as one writes it: composed, trimmed, without invisible characters; control characters are refused."""
    if not isinstance(value, str):
        raise PydanticCustomError("type", "text expected")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise PydanticCustomError("characters", "unreadable characters") from None
    cleaned = normalise(value)
    if UNREADABLE.search(cleaned):
        raise PydanticCustomError("characters", "control characters")
    return cleaned


def text(maximum: int, *, required: bool = True) -> Any:
    """Text of at most `maximum` characters, tidied; empty is an error where it is required."""

    def check(value: Any) -> str:
        cleaned = clean(value)
        if required and not cleaned:
            raise PydanticCustomError("missing", "empty")
        if len(cleaned) > maximum:
            raise PydanticCustomError("too_long", "too long", {"maximum": maximum})
        return cleaned

    return Annotated[
        str,
        BeforeValidator(check),
        WithJsonSchema({"type": "string", "maxLength": maximum, "minLength": int(required)}),
    ]


def checked(problem: Callable[[str, date], str | None], *, tidy: Callable[[str], str] = str, pattern: str = "") -> Any:
    """A value that `problem` judges: the code of what is wrong, or None. `tidy` comes first."""

    def check(value: Any, info: ValidationInfo) -> str:
        cleaned = tidy(clean(value))
        if not cleaned:
            raise PydanticCustomError("missing", "empty")
        if len(cleaned) > 254:
            raise PydanticCustomError("too_long", "too long", {"maximum": 254})
        if code := problem(cleaned, today_of(info)):
            raise PydanticCustomError(code, code)
        return cleaned

    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return Annotated[str, BeforeValidator(check), WithJsonSchema(schema)]


def optional(kind: Any) -> Any:
    """The same kind of value where it may be left out: an empty text then."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        return "" if clean(value) == "" else handler(value)

    return Annotated[kind, WrapValidator(check)]


def today_of(info: ValidationInfo) -> date:
    """The day as of which a content is judged."""
    return (info.context or {})["today"]


def _email_problem(value: str, today: date) -> str | None:
    try:
        validate_email(value)
    except DjangoValidationError:
        return "email"
    return None


def one_of(codes: Iterable[str], code: str = "code_list", *, formerly: Mapping[str, str] | None = None) -> Any:
    """One of these codes; `formerly` are codes that old files hold, and what each is called now."""
    allowed = frozenset(codes)
    renamed = formerly or {}
    check = checked(
        lambda value, today: None if value in allowed else code, tidy=lambda value: renamed.get(value, value)
    )
    return Annotated[check, WithJsonSchema({"enum": sorted(allowed)})]


# 2026-12-31, or the day first as people write it here: 31.12.2026, 1.2.2026, 31/12/2026, 31-12-2026.
DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d?)([./-])(\d\d?)\5(\d{4})", re.ASCII)


def _date(value: Any) -> str:
    cleaned = clean(value)
    if not cleaned:
        raise PydanticCustomError("missing", "empty")
    match = DATE.fullmatch(cleaned)
    try:
        if match is None:
            raise ValueError
        year, month, day = match.group(1, 2, 3) if match[1] else match.group(7, 6, 4)
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise PydanticCustomError("date", "no such date") from None


def _past_date(value: Any, info: ValidationInfo) -> str:
    day = _date(value)
    if day > today_of(info).isoformat():
        raise PydanticCustomError("future_date", "after today")
    return day


DATE_SCHEMA = WithJsonSchema({"type": "string", "description": "YYYY-MM-DD or DD.MM.YYYY"})
Day = Annotated[str, BeforeValidator(_date), DATE_SCHEMA]
PastDay = Annotated[str, BeforeValidator(_past_date), DATE_SCHEMA]
Cnp = checked(
    lambda value, today: identifiers.cnp_problem(value, today=today), tidy=without_separators, pattern="^[0-9]{13}$"
)
FiscalCode = checked(
    lambda value, today: identifiers.fiscal_code_problem(value), tidy=identifiers.normalise_fiscal_code
)
StampCode = checked(
    lambda value, today: identifiers.stamp_code_problem(value), tidy=str.upper, pattern="^[0-9A-Z]{5,6}$"
)
Email = checked(_email_problem)
Phone = checked(
    lambda value, today: None if re.fullmatch(r"0[1-9][0-9]{8}", value) else "phone",
    tidy=lambda value: re.sub(r"^(?:\+|00)400?", "0", without_separators(value)),
    pattern="^0[1-9][0-9]{8}$",
)
PostalCode = checked(
    lambda value, today: None if re.fullmatch(r"[0-9]{6}", value) else "postal_code",
    tidy=without_separators,
    pattern="^[0-9]{6}$",
)
County = one_of(counties.names(), "county")


def _true(value: Any) -> bool:
    if value is not True:
        raise PydanticCustomError("must_accept" if value is False else "type", "must be given")
    return True


Accepted = Annotated[bool, BeforeValidator(_true), WithJsonSchema({"const": True})]


def _number(value: Any) -> int:
    """A box that was left empty says so; a text is no number."""
    if value is None or value == "":
        raise PydanticCustomError("missing", "empty")
    if type(value) is not int:
        raise PydanticCustomError("type", "whole number expected")
    return value


Number = Annotated[int, BeforeValidator(_number)]


class Part(BaseModel):
    """A part of a form: unknown fields are errors, nothing is guessed from another type."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
