"""Judging a whole form against its model: every error names its field, a code and a sentence. Pure."""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from backoffice.romania import counties
from backoffice.romania.text import normalise
from workflows.errors import FieldError
from workflows.forms import absent, sentences
from workflows.forms.spec import Parsed
from workflows.forms.values import Part, PastDay, checked, text

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
# Wrong numbers that may really stand on a paper; a missing signature or declaration is never one of them.
AS_WRITTEN_CODES = frozenset(
    {"cnp_format", "cnp_checksum", "cnp_date", "cnp_future", "fiscal_code", "cnp_not_fiscal_code", "stamp_code"}
    | {"email", "phone", "postal_code"}
)


def _territorial_house(value: str, today: date) -> str | None:
    if value in counties.territorial_codes():
        return None
    return "house_not_territorial" if value in {h["code"] for h in counties.houses()} else "code_list"


class Framed(Part):
    """The frame in which every content came: reference, channel, house and day of receipt, signature.

    The house says the first four of a paper itself (`absent.NEVER`); they are never missing.
    """

    ref: text(60, required=False) = ""
    received_on: PastDay
    channel: Literal["online", "counter", "post", "email", "office"]
    house: checked(_territorial_house) | None = None
    signature: Literal["account", "handwritten", "electronic", "none"]


@dataclass(frozen=True)
class Schema:
    """The judge of one form: its model, the rules over several fields, and what an empty list is called.

    `across(content, wrong)` returns the errors of rules over several fields; one that only follows from an error at a
    path in `wrong` is not listed. `stand_ins` are valid values by field name: they let the rest of a form be judged
    where a wrong value stands on the paper.
    """

    model: type[BaseModel]
    across: Callable[[dict[str, Any], set[str]], list[FieldError]] = lambda content, wrong: []
    empty_lists: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def parse(
        self,
        raw: Any,
        *,
        today: date,
        as_written: frozenset[str] = frozenset(),
        missing: frozenset[str] = frozenset(),
    ) -> Parsed:
        """Normalise and judge a content as of `today`. Never raises, whatever `raw` is.

        A wrong value at a path in `as_written` is kept as typed: it stands so on the paper. What the paper lacks, at
        the paths in `missing`, is not asked for; None, or an empty list, stands there.
        """
        if not isinstance(raw, dict):
            return Parsed(None, (error("", "type"),))
        if misplaced := self._misplaced(raw, missing):
            return Parsed(None, misplaced)
        try:
            judged = self.model.model_validate(raw, context={"today": today})
            errors: list[FieldError] = []
            content = judged.model_dump(mode="json")
        except ValidationError as problem:
            errors = [self._from_pydantic(e) for e in problem.errors(include_url=False)]
            content = raw
        except RecursionError:
            return Parsed(None, (error("", "type"),))
        errors += self.across(content, {e.field for e in errors} | missing)
        errors = [e for e in errors if not absent.covers(missing, e.field)]
        kept = {e.field for e in errors if e.field in as_written and self._may_stand(e)}
        errors = sorted({e for e in errors if e.field not in kept}, key=lambda e: _position(e.field))
        if errors:
            return Parsed(None, tuple(errors))
        if kept or missing:
            content = self._with_kept(raw, kept, missing, today)
        return Parsed(content, (), frozenset(kept), missing)

    def _misplaced(self, raw: dict[str, Any], missing: frozenset[str]) -> tuple[FieldError, ...]:
        """Paths that the form does not have, and fields that are said to lack and are filled in all the same."""
        unknown = [path for path in missing if not absent.is_path(self.model, raw, path)]
        filled = [path for path in missing if path not in unknown and not absent.is_blank_at(raw, path)]
        found = [error(path, "missing_unknown") for path in unknown] + [
            error(path, "missing_filled") for path in filled
        ]
        return tuple(sorted(found, key=lambda e: _position(e.field)))

    def _may_stand(self, found: FieldError) -> bool:
        """Can this wrong value be kept as it stands on the paper?"""
        return found.code in AS_WRITTEN_CODES and _keys(found.field)[-1] in self.stand_ins

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of one content, as an intake file holds it."""
        found = self.model.model_json_schema()
        found["properties"]["missing_on_paper"] = absent.JSON_SCHEMA
        return found

    def _from_pydantic(self, found: Any) -> FieldError:
        path = ""
        for key in found["loc"]:
            if isinstance(key, int):
                path += f"[{key}]"
            elif not key.startswith(("function-", "literal[", "none", "constrained", "is-instance")):
                path += f".{key}" if path else str(key)
        kind = found["type"]
        if kind == "too_short":
            return error(path, self.empty_lists.get(path, "missing"))
        code = "missing" if found["input"] is None and kind != "none_required" else PYDANTIC_CODES.get(kind, kind)
        if kind == "too_long" and "maximum" in found.get("ctx", {}):
            return error(path, "too_long", maximum=found["ctx"]["maximum"])
        if code == "too_many":
            return error(path, code, maximum=found["ctx"]["max_length"])
        if code == "missing" and path in self.empty_lists:
            code = self.empty_lists[path]
        return error(path, code)

    def _with_kept(self, raw: dict[str, Any], kept: set[str], missing: frozenset[str], today: date) -> dict[str, Any]:
        """The normalised content with the kept values as typed: judged once more with stand-ins that are valid.

        Of what is missing nothing stays: the model that judges then asks for no field.
        """
        probe = copy.deepcopy(raw)
        typed = {path: _put(probe, path, self.stand_ins[_keys(path)[-1]]) for path in kept}
        for path in missing:
            absent.take_out(probe, path)
        model = absent.loose(self.model) if missing else self.model
        content = model.model_validate(probe, context={"today": today}).model_dump(mode="json", warnings=False)
        for path in missing:
            absent.leave_empty(self.model, content, path)
        for path, value in typed.items():
            _put(content, path, normalise(str(value)))
        return content


def error(path: str, code: str, **facts: Any) -> FieldError:
    """The error of a code at a path, with its sentence."""
    return FieldError(path, code, sentences.sentence(code, **facts))


def _put(content: Any, path: str, value: Any) -> Any:
    """Put a value at `path`; the one that stood there."""
    *before, last = _keys(path)
    for key in before:
        content = content[key]
    former = content[last]
    content[last] = value
    return former


def _keys(path: str) -> list[Any]:
    return [int(k) if k.isdecimal() else k for k in re.findall(r"[^.\[\]]+", path)]


def _position(path: str) -> tuple:
    return tuple((0, k, "") if isinstance(k, int) else (1, 0, k) for k in _keys(path))
