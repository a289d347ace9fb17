"""Form F1 on screen: the way between the boxes of `form_f1` and the nested content.

A box's name is the path of its value (`work_points.0.address.county`); the schema in `application` is the only
place where a value is judged. Nothing typed is ever dropped: what cannot be valid is kept in the draft as typed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from enrolment import nomenclature
from enrolment.application import MAX_PHYSICIANS, MAX_SPECIALTIES, MAX_WORK_POINTS
from enrolment.form_f1 import DATE_HINT, Box, Group, Step, Text, steps

__all__ = [
    "DATE_HINT",
    "Box",
    "Group",
    "Line",
    "Step",
    "Text",
    "add_row",
    "box_name",
    "lines",
    "merge",
    "remove_row",
    "step",
    "steps",
]

MAX_INDEX = 99
ROWS = {"work_points": MAX_WORK_POINTS, "physicians": MAX_PHYSICIANS, "specialties": MAX_SPECIALTIES}


def step(slug: str) -> Step | None:
    """The page with this slug."""
    return next((s for s in steps() if s.slug == slug), None)


BOOLEANS = re.compile(r"(^|\.)(emergency_role|wants_licence_key|no_contract_declaration|declaration|privacy_notice)$")
INTEGERS = re.compile(r"^physicians\.\d+\.work_point$")
LISTS = re.compile(r"(^provider\.service_categories|\.malpractice\.specialties)$")
CHECKBOXES = ("declaration", "privacy_notice")
OPTIONAL_DATES = re.compile(r"(sanitary_authorisation|identity_document)\.valid_until$")


def merge(content: dict, post: MultiValueDict, page: Step) -> dict:
    """The draft with what this page posted in place of what it held; other pages' answers stay."""
    posted: dict[str, Any] = {}
    for name in post:
        if name.split(".")[0] in page.prefixes and _is_plausible(name):
            _put(posted, name.split("."), _value(name, post.getlist(name)))
    for name in CHECKBOXES:
        if name in page.prefixes:
            posted.setdefault(name, False)
    merged = {key: value for key, value in content.items() if key not in page.prefixes} | _compact(posted)
    return _with_own_application(_with_covered_specialties(merged))


def _is_plausible(name: str) -> bool:
    """No box lies deeper than eight names or has a row number of more than two digits."""
    parts = name.split(".")
    return len(parts) <= 8 and not any(part.isdecimal() and len(part) > 2 for part in parts)


def add_row(content: dict, path: str) -> dict:
    """One more empty row in the list at `path` (a list of the form, else nothing happens)."""
    rows = _at(content, path.split("."))
    if isinstance(rows, list) and len(rows) < _limit(path):
        rows.append({})
    elif rows is None:
        _put(content, path.split("."), [{}])
    return content


def remove_row(content: dict, path: str) -> dict:
    """The list without the row at `path` (`physicians.2`)."""
    parent, _, index = path.rpartition(".")
    rows = _at(content, parent.split("."))
    if isinstance(rows, list) and index.isdecimal() and len(index) < 3 and int(index) < len(rows):
        del rows[int(index)]
    return content


def box_name(field_path: str) -> str:
    """`physicians[0].cnp` of the schema is the box `physicians.0.cnp`."""
    return re.sub(r"\[(\d+)\]", r".\1", field_path)


@dataclass(frozen=True)
class Line:
    """One line of a page as the template draws it: a heading, a box with its value and errors, or a row's edge."""

    kind: str
    title: Text = ""
    level: int = 3
    box: Box | None = None
    name: str = ""
    value: Any = ""
    errors: tuple[str, ...] = ()
    choices: tuple[tuple[str, Text], ...] = ()
    number: int = 0
    hint: Text = ""
    as_written: bool = False
    extra: dict = field(default_factory=dict)


def lines(page: Step, content: dict, errors: dict[str, list[str]], as_written: Iterable[str] = ()) -> list[Line]:
    """The page flattened for one plain template loop."""
    written = set(as_written)
    out: list[Line] = []
    for group in page.groups:
        out += _group_lines(group, "", content, errors, written, level=2)
    return out


def _group_lines(group: Group, prefix: str, content: dict, errors: dict, written: set, level: int) -> Iterator[Line]:
    path = f"{prefix}{group.name}"
    if not group.repeats:
        yield Line("heading", group.title, level, hint=group.hint)
        yield from _part_lines(group.parts, prefix, content, errors, written, level)
        yield Line("end")
        return
    rows = _at(content, path.split(".")) or []
    rows = rows if isinstance(rows, list) and rows else [{}]
    for index in range(len(rows)):
        yield Line("row", group.one, level, name=f"{path}.{index}", number=index + 1, extra={"alone": len(rows) == 1})
        yield from _part_lines(group.parts, f"{path}.{index}.", content, errors, written, level)
        yield Line("end_row")
    full = {"full": _limit(path)} if len(rows) >= _limit(path) else {}
    yield Line("add", group.add, name=path, errors=tuple(errors.get(path, ())), extra=full)


def _part_lines(parts: tuple, prefix: str, content: dict, errors: dict, written: set, level: int) -> Iterator[Line]:
    for part in parts:
        if isinstance(part, Group):
            yield from _group_lines(part, prefix, content, errors, written, level + 1)
            continue
        name = f"{prefix}{part.name}"
        yield Line(
            "box",
            box=replace(part, kind=_WIDGETS.get(part.kind, part.kind)),
            name=name,
            value=_shown(part, _at(content, name.split("."))),
            errors=tuple(_errors_of(name, errors)),
            choices=_choices(part, name, content),
            as_written=name in written,
        )


_WIDGETS = {"covered": "checkboxes", "work_point": "select"}


def _errors_of(name: str, errors: dict[str, list[str]]) -> list[str]:
    """A list box (`provider.service_categories`) also shows the errors of its items."""
    inside = re.compile(re.escape(name) + r"\.\d+$")
    return [m for key, messages in errors.items() if key == name or inside.match(key) for m in messages]


def _choices(part: Box, name: str, content: dict) -> tuple[tuple[str, Text], ...]:
    if part.kind == "covered":
        physician = name.split(".")[:2]
        chosen = [row.get("code") for row in _rows(_at(content, [*physician, "specialties"]))]
        return (("*", _("toate specialitățile declarate mai sus")),) + tuple(
            (code, label) for code, label in nomenclature.choices("specialties") if code in chosen
        )
    if part.kind == "work_point":
        points = _rows(content.get("work_points"))
        return tuple((str(i), point.get("name") or f"{i + 1}") for i, point in enumerate(points)) or (("0", "1"),)
    return part.choices


def _shown(part: Box, value: Any) -> Any:
    if value is None:
        return [] if part.kind in ("checkboxes", "covered") else ""
    if isinstance(value, bool):
        return value if part.kind == "checkbox" else str(value).lower()
    if part.kind == "date" and isinstance(value, str):
        return re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3.\2.\1", value)
    return value if isinstance(value, (str, list)) else str(value)


def _value(name: str, values: list[str]) -> Any:
    if LISTS.search(name):
        return [value for value in values if value]
    value = values[-1]
    if BOOLEANS.search(name):
        return {"true": True, "on": True, "false": False}.get(value, value)
    if INTEGERS.match(name) and value.isascii() and value.isdecimal():
        return int(value[:4])
    if OPTIONAL_DATES.search(name) and not value.strip():
        return None
    return value


def _with_covered_specialties(content: dict) -> dict:
    """ "All declared specialities" is kept as the list it means today."""
    for physician in _rows(content.get("physicians")):
        cover = physician.get("malpractice")
        if isinstance(cover, dict) and "*" in (cover.get("specialties") or []):
            cover["specialties"] = [row["code"] for row in _rows(physician.get("specialties")) if row.get("code")]
    return content


def _with_own_application(content: dict) -> dict:
    """The portal needs no application: its empty boxes say nothing."""
    if content.get("des_channel") == "portal":
        content["application"] = None
    return content


def _rows(value: Any) -> list[dict]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _at(content: Any, path: list[str]) -> Any:
    for key in path:
        if isinstance(content, dict):
            content = content.get(key)
        elif isinstance(content, list) and key.isdecimal() and len(key) < 3 and int(key) < len(content):
            content = content[int(key)]
        else:
            return None
    return content


def _put(target: dict, path: list[str], value: Any) -> None:
    """Rows are dicts keyed by number while boxes arrive in any order; `_compact` makes lists of them."""
    for key in path[:-1]:
        target = target.setdefault(key, {})
        if not isinstance(target, dict):
            return
    target[path[-1]] = value


def _compact(value: Any, name: str = "") -> Any:
    """Of a list that is too long, one row more than may be stays, so that the schema says so."""
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, str) and key.isdecimal() for key in value):
        return [_compact(value[key]) for key in sorted(value, key=int)][: _limit(name) + 1]
    return {key: _compact(item, key) for key, item in value.items()}


def _limit(path: str) -> int:
    """How many rows the list at `path` may have."""
    return ROWS.get(path.rpartition(".")[2], MAX_INDEX)
