"""Form F1 as data: the one schema of the online form, the clerk's paper form and the intake file.

`parse` normalises and judges a whole application; every error names its field, a code and a sentence that says what
to do. Rules: domain.md 4 (F1) and the intake format. Pure: knows no database and no screen.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from backoffice.romania import counties, identifiers, text
from enrolment import messages, nomenclature

MAX_WORK_POINTS = 30
MAX_PHYSICIANS = 100
MAX_SPECIALTIES = 6  # of one physician; more than anybody holds, few enough for a page


@dataclass(frozen=True)
class FieldError:
    """One thing to put right: where, a stable code, and a sentence."""

    field: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """As the intake report writes it."""
        return {"field": self.field, "code": self.code, "message": self.message}


@dataclass(frozen=True)
class Parsed:
    """A judged application: the normalised content, or the errors.

    `as_written` are the fields whose wrong value stands on the paper and was accepted as such (finding R11).
    """

    content: Any  # dict, or None when there are errors
    errors: tuple[FieldError, ...]
    as_written: frozenset[str] = frozenset()


# --- values ---------------------------------------------------------------------------------------------------------------


def _clean(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "text expected")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise PydanticCustomError("characters", "unreadable characters") from None
    cleaned = text.normalise(value)
    if any(ord(c) < 32 or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in cleaned):
        raise PydanticCustomError("characters", "control characters")
    return cleaned


def _text(maximum: int, *, required: bool = True) -> Any:
    def check(value: Any) -> str:
        cleaned = _clean(value)
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


def _checked(problem: Callable[[str, date], str | None], *, tidy: Callable[[str], str] = str, pattern: str = "") -> Any:
    def check(value: Any, info: ValidationInfo) -> str:
        cleaned = tidy(_clean(value))
        if not cleaned:
            raise PydanticCustomError("missing", "empty")
        if len(cleaned) > 254:
            raise PydanticCustomError("too_long", "too long", {"maximum": 254})
        if code := problem(cleaned, _today(info)):
            raise PydanticCustomError(code, code)
        return cleaned

    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return Annotated[str, BeforeValidator(check), WithJsonSchema(schema)]


def _today(info: ValidationInfo) -> date:
    return (info.context or {})["today"]


def _email_problem(value: str, today: date) -> str | None:
    try:
        validate_email(value)
    except DjangoValidationError:
        return "email"
    return None


def _one_of(codes: Iterable[str], code: str = "code_list") -> Any:
    allowed = frozenset(codes)
    check = _checked(lambda value, today: None if value in allowed else code)
    return Annotated[check, WithJsonSchema({"enum": sorted(allowed)})]


def _date(value: Any) -> str:
    cleaned = _clean(value)
    if not cleaned:
        raise PydanticCustomError("missing", "empty")
    match = re.fullmatch(r"(?:(\d{4})-(\d\d)-(\d\d)|(\d\d)\.(\d\d)\.(\d{4}))", cleaned, re.ASCII)
    try:
        if match is None:
            raise ValueError
        year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise PydanticCustomError("date", "no such date") from None


def _past_date(value: Any, info: ValidationInfo) -> str:
    day = _date(value)
    if day > _today(info).isoformat():
        raise PydanticCustomError("future_date", "after today")
    return day


DATE_SCHEMA = WithJsonSchema({"type": "string", "description": "YYYY-MM-DD or DD.MM.YYYY"})
Day = Annotated[str, BeforeValidator(_date), DATE_SCHEMA]
PastDay = Annotated[str, BeforeValidator(_past_date), DATE_SCHEMA]
Cnp = _checked(lambda value, today: identifiers.cnp_problem(value, today=today), pattern="^[0-9]{13}$")
FiscalCode = _checked(
    lambda value, today: identifiers.fiscal_code_problem(value), tidy=identifiers.normalise_fiscal_code
)
StampCode = _checked(
    lambda value, today: identifiers.stamp_code_problem(value), tidy=str.upper, pattern="^[0-9A-Z]{5,6}$"
)
Email = _checked(_email_problem)
Phone = _checked(
    lambda value, today: None if re.fullmatch(r"0[0-9]{9}", value) else "phone",
    tidy=lambda value: re.sub(r"[\s.]", "", value),
    pattern="^0[0-9]{9}$",
)
PostalCode = _checked(
    lambda value, today: None if re.fullmatch(r"[0-9]{6}", value) else "postal_code", pattern="^[0-9]{6}$"
)
County = _one_of(counties.names(), "county")


def _true(value: Any) -> bool:
    if value is not True:
        raise PydanticCustomError("must_accept" if value is False else "type", "must be given")
    return True


Accepted = Annotated[bool, BeforeValidator(_true), WithJsonSchema({"const": True})]


# --- the form ---------------------------------------------------------------------------------------------------------------


class Part(BaseModel):
    """A part of the form: unknown fields are errors, nothing is guessed from another type."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Address(Part):
    county: County
    locality: _text(80)
    street: _text(255)
    number: _text(20)
    block: _text(20, required=False) = ""
    staircase: _text(20, required=False) = ""
    floor: _text(20, required=False) = ""
    apartment: _text(20, required=False) = ""
    postal_code: PostalCode


class Provider(Part):
    name: _text(100)
    legal_form: _one_of(nomenclature.codes("legal_forms"))
    service_categories: Annotated[
        list[_one_of(nomenclature.codes("service_categories"))], Field(min_length=1, max_length=20)
    ]
    uic: FiscalCode
    trade_register_no: _text(20, required=False) = ""
    cabinet_register_no: _text(40, required=False) = ""
    headquarters: Address
    phone: Phone
    email: Email


class SanitaryAuthorisation(Part):
    number: _text(40)
    issued_on: PastDay
    issuer: _text(80)
    valid_until: Day | None


class WorkPoint(Part):
    name: _text(100)
    address: Address
    sanitary_authorisation: SanitaryAuthorisation


class IdentityDocument(Part):
    type: _one_of(nomenclature.IDENTITY_DOCUMENTS)
    series: _text(10)
    number: _text(20)
    issuer: _text(80)
    valid_until: Day | None


class LegalRepresentative(Part):
    last_name: _text(40)
    first_name: _text(40)
    cnp: Cnp
    identity_document: IdentityDocument
    capacity: _text(100)


class DeclaredSpecialty(Part):
    code: _one_of(nomenclature.codes("specialties"))
    grade: _one_of(nomenclature.GRADES)


class Membership(Part):
    number: _text(40)
    college: _one_of(nomenclature.COLLEGES)


class AnnualEndorsement(Part):
    valid_from: Day
    valid_until: Day


class Malpractice(Part):
    insurer: _text(100)
    number: _text(40)
    valid_until: Day
    specialties: Annotated[
        list[_one_of(nomenclature.codes("specialties"))], Field(min_length=1, max_length=MAX_SPECIALTIES)
    ]


class Physician(Part):
    last_name: _text(40)
    first_name: _text(40)
    cnp: Cnp
    stamp_code: StampCode
    specialties: Annotated[list[DeclaredSpecialty], Field(min_length=1, max_length=MAX_SPECIALTIES)]
    membership: Membership
    annual_endorsement: AnnualEndorsement
    malpractice: Malpractice
    engagement: _one_of(nomenclature.ENGAGEMENTS)
    work_point: StrictInt
    emergency_role: StrictBool
    email: Email
    phone: Phone


class OwnApplication(Part):
    vendor: _text(100)
    product: _text(100)
    version: _text(40)
    certification_no: _text(40, required=False)


def _territorial_house(value: str, today: date) -> str | None:
    if value in counties.territorial_codes():
        return None
    return "house_not_territorial" if value in {h["code"] for h in counties.houses()} else "code_list"


class ApplicationForm(Part):
    """Form F1 with the frame in which it came: reference, channel, house and day of receipt."""

    ref: _text(60, required=False) = ""
    received_on: PastDay
    channel: Literal["online", "counter", "post", "email"]
    house: _checked(_territorial_house) | None = None
    provider: Provider
    work_points: Annotated[list[WorkPoint], Field(min_length=1, max_length=MAX_WORK_POINTS)]
    legal_representative: LegalRepresentative
    physicians: Annotated[list[Physician], Field(min_length=1, max_length=MAX_PHYSICIANS)]
    no_contract_declaration: StrictBool
    des_channel: Literal["portal", "own_application"]
    application: OwnApplication | None
    wants_licence_key: StrictBool
    declaration: Accepted
    privacy_notice: Accepted
    signature: Literal["account", "handwritten", "electronic", "none"]


# --- judging ------------------------------------------------------------------------------------------------------------------

PYDANTIC_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "literal_error": "code_list",
    "too_long": "too_many",
    "model_type": "type",
    "model_attributes_type": "type",
    "list_type": "type",
    "bool_type": "type",
    "int_type": "type",
    "none_required": "type",
}
EMPTY_LISTS = {"work_points": "no_work_point", "physicians": "no_physician"}


def parse(raw: Any, *, today: date, as_written: frozenset[str] = frozenset()) -> Parsed:
    """Normalise and judge an application as of `today`. Never raises, whatever `raw` is.

    A wrong value at a path in `as_written` is kept as typed: it stands so on the paper (finding R11).
    """
    if not isinstance(raw, dict):
        return Parsed(None, (error("", "type"),))
    try:
        form = ApplicationForm.model_validate(raw, context={"today": today})
        errors: list[FieldError] = []
        content = form.model_dump(mode="json")
    except ValidationError as problem:
        errors = [_from_pydantic(e) for e in problem.errors(include_url=False, include_input=False)]
        content = raw
    except RecursionError:
        return Parsed(None, (error("", "type"),))
    errors += _across(content, {e.field for e in errors})
    kept = {e.field for e in errors if e.field in as_written and e.code in messages.AS_WRITTEN_CODES}
    errors = sorted({e for e in errors if e.field not in kept}, key=lambda e: _position(e.field))
    if errors:
        return Parsed(None, tuple(errors))
    if kept:
        content = _with_kept(raw, kept, today)
    return Parsed(content, (), frozenset(kept))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one line of an intake file."""
    return ApplicationForm.model_json_schema()


def competent_counties(content: dict[str, Any]) -> list[str]:
    """The counties of the work points, in their order: each county's house answers for its own (domain.md 0.1)."""
    return list(dict.fromkeys(point["address"]["county"] for point in content["work_points"]))


def part_for_county(content: dict[str, Any], county: str) -> dict[str, Any]:
    """What the house of `county` decides: its work points, and the physicians who work there."""
    kept = [i for i, point in enumerate(content["work_points"]) if point["address"]["county"] == county]
    return content | {
        "work_points": [content["work_points"][i] for i in kept],
        "physicians": [
            physician | {"work_point": kept.index(physician["work_point"])}
            for physician in content["physicians"]
            if physician["work_point"] in kept
        ],
    }


def _from_pydantic(found: Any) -> FieldError:
    path = ""
    for key in found["loc"]:
        if isinstance(key, int):
            path += f"[{key}]"
        elif not key.startswith(("function-", "literal[", "none", "constrained", "is-instance")):
            path += f".{key}" if path else str(key)
    kind = found["type"]
    if kind == "too_short":
        return error(path, EMPTY_LISTS.get(path, "missing"))
    code = PYDANTIC_CODES.get(kind, kind)
    if kind == "too_long" and "maximum" in found.get("ctx", {}):
        return error(path, "too_long", maximum=found["ctx"]["maximum"])
    if code == "too_many":
        return error(path, code, maximum=found["ctx"]["max_length"])
    if code == "missing" and path.split(".")[-1] in EMPTY_LISTS and "." not in path:
        code = EMPTY_LISTS[path]
    return error(path, code)


def _across(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """Rules over several fields; one that only follows from another error is not listed (intake.md)."""
    errors: list[FieldError] = []
    physicians = content.get("physicians")
    points = content.get("work_points")
    seen: dict[str, Any] = {}
    for index, physician in enumerate(physicians if isinstance(physicians, list) else []):
        if not isinstance(physician, dict):
            continue
        place = f"physicians[{index}]"
        work_point = physician.get("work_point")
        if isinstance(points, list) and points and type(work_point) is int and not 0 <= work_point < len(points):
            errors.append(error(f"{place}.work_point", "work_point_index"))
        stamp = physician.get("stamp_code")
        if isinstance(stamp, str) and f"{place}.stamp_code" not in wrong:
            owner = seen.setdefault(text.normalise(stamp).upper(), physician.get("cnp"))
            if owner != physician.get("cnp"):
                errors.append(error(f"{place}.stamp_code", "stamp_code_shared"))
    errors += _without_people(content, wrong)
    own = content.get("des_channel") == "own_application"
    if own and content.get("application") is None and "application" not in wrong:
        errors.append(error("application", "missing"))
    return errors + _registers(content, wrong)


def _without_people(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """Every county needs somebody to enrol: a case without physicians asks for nothing."""
    if any(path.startswith(("work_points", "physicians")) for path in wrong):
        return []
    points = content.get("work_points") or []
    used = {physician.get("work_point") for physician in content.get("physicians") or []}
    if not all(isinstance(u, int) and 0 <= u < len(points) for u in used):
        return []
    staffed = {points[u]["address"]["county"] for u in used}
    lonely = [i for i, point in enumerate(points) if point["address"]["county"] not in staffed]
    return [error(f"work_points[{i}]", "no_physician_in_county") for i in lonely[:1]]


def _registers(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """A company has a trade-register number, a cabinet its number in the single register (domain.md 4, F1)."""
    provider = content.get("provider")
    if not isinstance(provider, dict) or "provider.legal_form" in wrong or "provider" in wrong:
        return []
    form = nomenclature.legal_form(provider["legal_form"])
    asked = [("trade_register_no", form.trade_register), ("cabinet_register_no", form.cabinet_register)]
    return [
        error(f"provider.{name}", "register_no")
        for name, needed in asked
        if needed and f"provider.{name}" not in wrong and not str(provider.get(name) or "").strip()
    ]


def _with_kept(raw: dict[str, Any], kept: set[str], today: date) -> dict[str, Any]:
    """The normalised content with the kept values as typed: judged once more with stand-ins that are valid."""
    import copy

    probe = copy.deepcopy(raw)
    typed = {path: _walk(probe, path, messages.STAND_INS) for path in kept}
    content = ApplicationForm.model_validate(probe, context={"today": today}).model_dump(mode="json")
    for path, value in typed.items():
        _walk(content, path, {}, put=text.normalise(str(value)))
    return content


def _walk(content: Any, path: str, stand_ins: dict[str, str], put: str | None = None) -> Any:
    """Read the value at `path`, and put another one there."""
    keys = [int(k) if k.isdecimal() else k for k in re.findall(r"[^.\[\]]+", path)]
    for key in keys[:-1]:
        content = content[key]
    value = content[keys[-1]]
    content[keys[-1]] = put if put is not None else stand_ins[str(keys[-1])]
    return value


def _position(path: str) -> tuple:
    return tuple((0, int(k), "") if k.isdecimal() else (1, 0, k) for k in re.findall(r"[^.\[\]]+", path))


def error(path: str, code: str, **facts: Any) -> FieldError:
    """The error of a code at a path, with its sentence."""
    return FieldError(path, code, messages.sentence(code, **facts))
