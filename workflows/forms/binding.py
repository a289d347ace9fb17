"""From what a browser posts to the nested content of a form, and back to the lines a template draws.

A box's name is the path of its value (`rows.0.address.county`); the form's schema is the only place where a value is
judged. Nothing typed is ever dropped: what cannot be valid is kept in the draft as typed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from workflows.forms.absent import NEVER
from workflows.forms.spec import Box, Choices, FormSpec, Group, Page, Text, Why

MAX_INDEX = 99


def posted(form: FormSpec, content: dict, page: Page, post: MultiValueDict) -> dict:
    """The content with what this page posted, one row more or less if its button was pressed."""
    merged = merge(form, content, page, post)
    if add := post.get("add"):
        merged = add_row(merged, page, add)
    if remove := post.get("remove"):
        merged = remove_row(merged, remove)
    return merged


def merge(form: FormSpec, content: dict, page: Page, post: MultiValueDict) -> dict:
    """The draft with what this page posted in place of what it held; other pages' answers stay."""
    answers: dict[str, Any] = {}
    for name in post:
        if name.split(".")[0] in page.prefixes and _is_plausible(name):
            _put(answers, name.split("."), _value(page.boxes.get(_general(name)), post.getlist(name)))
    for name, box in page.boxes.items():
        if box.kind == "checkbox" and "." not in name:
            answers.setdefault(name, False)  # a browser sends nothing for a box that is not ticked
        elif box.kind == "fixed" and "*" not in name:
            _put(answers, name.split("."), value_at(content, name.split(".")))
    others = {key: value for key, value in content.items() if key not in page.prefixes}
    return form.tidy(others | _compact(answers, page))


def add_row(content: dict, page: Page, path: str) -> dict:
    """One more empty row in the list at `path` (a list of the page, else nothing happens)."""
    rows = value_at(content, path.split("."))
    if path.rpartition(".")[2] not in page.limits:
        return content
    if isinstance(rows, list) and len(rows) < _limit(page, path):
        rows.append({})
    elif rows is None:
        _put(content, path.split("."), [{}])
    return content


def remove_row(content: dict, path: str) -> dict:
    """The list without the row at `path` (`rows.2`)."""
    parent, _, index = path.rpartition(".")
    rows = value_at(content, parent.split("."))
    if isinstance(rows, list) and index.isdecimal() and len(index) < 3 and int(index) < len(rows):
        del rows[int(index)]
    return content


def box_name(field_path: str) -> str:
    """`rows[0].name` of the schema is the box `rows.0.name`."""
    return re.sub(r"\[(\d+)\]", r".\1", field_path)


def field_path(box: str) -> str:
    """The box `rows.0.name` is `rows[0].name` of the schema."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", box)


def marked(pages: Iterable[Page], post: MultiValueDict, mark: str) -> list[str]:
    """The paths that a clerk ticked under one mark, following a row that was removed with the same post."""
    asked = {name for page in pages for name, box in page.boxes.items() if box.may_lack}
    asked |= {name.rpartition(".*.")[0] for name in asked if ".*." in name}
    paths = [field_path(name) for name in post.getlist(mark) if _is_plausible(name) and _general(name) in asked]
    gone = field_path(post.get("remove") or "")
    return [moved for path in paths if (moved := _after_removal(path, gone))]


def _after_removal(path: str, gone: str) -> str:
    """The path once the row `gone` is taken out; nothing when it was in that row."""
    row = re.fullmatch(r"(.*)\[(\d+)\]", gone)
    at = row and re.match(re.escape(row[1]) + r"\[(\d+)\]", path)
    if not row or not at or int(at[1]) < int(row[2]):
        return path
    return "" if at[1] == row[2] else f"{row[1]}[{int(at[1]) - 1}]{path[at.end() :]}"


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
    choices: Choices = ()
    number: int = 0
    hint: Text = ""
    why: Why | None = None
    as_written: bool = False
    missing: bool = False
    none: Text = ""
    extra: dict = field(default_factory=dict)


def lines(
    page: Page,
    content: dict,
    errors: dict[str, list[str]],
    as_written: Iterable[str] = (),
    missing: Iterable[str] = (),
    on_paper: bool = False,
) -> list[Line]:
    """The page flattened for one plain template loop. `on_paper`: no list of choices answers by itself."""
    drawing = _Drawing(page, content, errors, frozenset(as_written), frozenset(missing), on_paper)
    return [line for group in page.groups for line in drawing.group(group, "", level=2)]


def rows_of(value: Any) -> list[dict]:
    """The rows of a list in a draft, whatever somebody put there."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def value_at(content: Any, path: list[str]) -> Any:
    """The value at a path of names and row numbers; None where there is none."""
    for key in path:
        if isinstance(content, dict):
            content = content.get(key)
        elif isinstance(content, list) and key.isdecimal() and len(key) < 3 and int(key) < len(content):
            content = content[int(key)]
        else:
            return None
    return content


@dataclass(frozen=True)
class _Drawing:
    """One page with one content, on its way to the template."""

    page: Page
    content: dict
    errors: dict[str, list[str]]
    as_written: frozenset[str]
    missing: frozenset[str] = frozenset()
    on_paper: bool = False

    def group(self, group: Group, prefix: str, level: int) -> Iterator[Line]:
        path = f"{prefix}{group.name}"
        if not group.repeats:
            yield Line("heading", group.title, level, hint=group.hint, why=group.why)
            yield from self.parts(group.parts, prefix, level)
            yield Line("end")
            return
        rows = value_at(self.content, path.split(".")) or []
        rows = rows if isinstance(rows, list) and rows else [{}]
        for index in range(len(rows)):
            alone = {"alone": len(rows) == 1}
            lacks = path in self.missing
            why = group.why if index == 0 else None  # said once, not in every row
            name = f"{path}.{index}"
            yield Line("row", group.one, level, name=name, number=index + 1, missing=lacks, why=why, extra=alone)
            yield from self.parts(group.parts, f"{path}.{index}.", level)
            yield Line("end_row")
        full = {"full": group.most} if len(rows) >= group.most else {}
        yield Line(
            "add",
            group.add,
            name=path,
            errors=tuple(self.errors.get(path, ())),
            missing=path in self.missing,
            none=group.none,
            extra=full,
        )

    def parts(self, parts: tuple[Box | Group, ...], prefix: str, level: int) -> Iterator[Line]:
        for part in parts:
            if isinstance(part, Group):
                yield from self.group(part, prefix, level + 1)
                continue
            name = f"{prefix}{part.name}"
            choices = part.choices(self.content, name) if callable(part.choices) else part.choices
            if self.on_paper and part.kind == "select" and choices and choices[0][0] and name not in NEVER:
                choices = (("", _("alegeți")), *choices)
            yield Line(
                "box",
                box=replace(part, choices=choices),
                name=name,
                value=_shown(part, value_at(self.content, name.split("."))),
                errors=tuple(self.errors_of(name)),
                choices=choices,
                as_written=name in self.as_written,
                missing=name in self.missing,
            )

    def errors_of(self, name: str) -> list[str]:
        """A box for a list also shows the errors of its items."""
        inside = re.compile(re.escape(name) + r"\.\d+$")
        return [m for key, messages in self.errors.items() if key == name or inside.match(key) for m in messages]


def _is_plausible(name: str) -> bool:
    """No box lies deeper than eight names or has a row number of more than two digits."""
    parts = name.split(".")
    return len(parts) <= 8 and not any(part.isdecimal() and len(part) > 2 for part in parts)


def _general(name: str) -> str:
    return ".".join("*" if part.isdecimal() else part for part in name.split("."))


def _shown(box: Box, value: Any) -> Any:
    if value is None:
        return [] if box.value == "list" else ""
    if isinstance(value, bool):
        return value if box.kind == "checkbox" else str(value).lower()
    if box.kind == "date" and isinstance(value, str):
        return re.sub(r"^(\d{4})-(\d\d)-(\d\d)$", r"\3.\2.\1", value)
    return value if isinstance(value, (str, list)) else str(value)


def _value(box: Box | None, values: list[str]) -> Any:
    kind = box.value if box else "text"
    if kind == "list":
        return [value for value in values if value]
    value = values[-1]
    if kind == "boolean":
        return {"true": True, "on": True, "false": False}.get(value, value)
    if kind == "integer" and value.isascii() and value.isdecimal():
        return int(value[:4])
    if kind in ("optional", "integer") and not value.strip():
        return None
    return value


def _put(target: dict, path: list[str], value: Any) -> None:
    """Rows are dicts keyed by number while boxes arrive in any order; `_compact` makes lists of them."""
    for key in path[:-1]:
        target = target.setdefault(key, {})
        if not isinstance(target, dict):
            return
    target[path[-1]] = value


def _compact(value: Any, page: Page, name: str = "") -> Any:
    """Of a list that is too long, one row more than may be stays, so that the schema says so."""
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, str) and key.isdecimal() for key in value):
        return [_compact(value[key], page) for key in sorted(value, key=int)][: _limit(page, name) + 1]
    return {key: _compact(item, page, key) for key, item in value.items()}


def _limit(page: Page, path: str) -> int:
    """How many rows the list at `path` may have."""
    return page.limits.get(path.rpartition(".")[2], MAX_INDEX)
