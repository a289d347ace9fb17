"""What a paper lacks: paths of a form at which nothing stands, and the form judged without them. Pure.

A path names fields and row numbers (`rows[0].email`), or a whole list (`rows`). Nothing is invented in its place: None
stands there, or an empty list.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from annotated_types import MinLen
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

# What the house that keys a paper in says itself.
NEVER = ("ref", "received_on", "channel", "house")
MOST = 500
JSON_SCHEMA = {
    "type": "array",
    "items": {"type": "string"},
    "maxItems": MOST,
    "description": "paths of the fields that the paper lacks, such as rows[0].email; they may be absent",
}
# How a reader is told.
WORDS: str | Promise = _("lipsește pe hârtie")


def covers(missing: Iterable[str], path: str) -> bool:
    """Is the field at `path` one of those that lack, or a part of one?"""
    return any(path == lacking or path.startswith((f"{lacking}.", f"{lacking}[")) for lacking in missing)


def is_path(model: type[BaseModel], raw: Any, path: str) -> bool:
    """Does the form have this field, in a row that is there?"""
    if path.partition(".")[0] in NEVER:
        return False
    kind: Any = model
    for key in keys(path):
        if isinstance(key, int):
            kind = _row(kind)
            raw = raw[key] if isinstance(raw, list) and key < len(raw) else None
            if raw is None:
                return False
            continue
        info = kind.model_fields.get(key) if _is_model(kind) else None
        if info is None:
            return False
        kind, raw = _bare(info.annotation), raw.get(key) if isinstance(raw, dict) else None
    return bool(path)


def is_blank_at(raw: Any, path: str) -> bool:
    """Does nothing stand at this path? A box that is not ticked is nothing; so is a row in which nobody wrote."""
    for key in keys(path):
        if isinstance(raw, dict) and isinstance(key, str):
            raw = raw.get(key)
        elif isinstance(raw, list) and isinstance(key, int) and key < len(raw):
            raw = raw[key]
        else:
            return True
    if isinstance(raw, dict | list):
        return _is_blank(raw)
    return raw is None or raw is False or (isinstance(raw, str) and not raw.strip())


def take_out(content: Any, path: str) -> None:
    """Remove what stands at this path, if anything does."""
    *before, last = keys(path)
    for key in before:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(content, dict):
        content.pop(last, None)


def leave_empty(model: type[BaseModel], content: dict[str, Any], path: str) -> None:
    """Put at this path what says that nothing stands there: None, an empty list, or a part whose fields are empty."""
    kind: Any = model
    *before, last = keys(path)
    at: Any = content
    for key in before:
        kind = _row(kind) if isinstance(key, int) else _bare(kind.model_fields[key].annotation)
        at = at[key]
        if at is None:  # a part that need not be there
            return
    info = None if isinstance(last, int) else kind.model_fields[last]
    at[last] = _empty(info.annotation if info else _row(kind), optional=_is_optional(info))


@cache
def loose(model: type[BaseModel]) -> type[BaseModel]:
    """The same form with no field that must be there; what is there is judged as before."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        rules = [rule for rule in info.metadata if not isinstance(rule, MinLen)]
        kind: Any = _loosened(info.annotation)
        kind = Annotated[kind, *rules] if rules else kind
        default = _empty(info.annotation, optional=_is_optional(info)) if info.is_required() else info.default
        fields[name] = (kind | None, default)
    return create_model(f"Loose{model.__name__}", __base__=model.__base__, **fields)


def keys(path: str) -> list[Any]:
    """A path as names and row numbers."""
    return [int(key) if key.isdecimal() else key for key in re.findall(r"[^.\[\]]+", path)]


def _is_blank(value: Any) -> bool:
    """Numbers and ticks of a row say nothing where no text stands beside them."""
    if isinstance(value, dict):
        return all(_is_blank(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_blank(item) for item in value)
    return not isinstance(value, str) or not value.strip()


def _empty(annotation: Any, *, optional: bool) -> Any:
    bare = _bare(annotation)
    if get_origin(bare) is list:
        return []
    if _is_model(bare) and not optional:
        return {name: _empty(info.annotation, optional=_is_optional(info)) for name, info in bare.model_fields.items()}
    return None


def _loosened(annotation: Any) -> Any:
    """An annotation with every form in it made loose."""
    if _is_model(annotation):
        return loose(annotation)
    if get_origin(annotation) is list:
        return list[_loosened(get_args(annotation)[0])]  # type: ignore[misc]
    if _is_model(_bare(annotation)):
        return loose(_bare(annotation)) | None
    return annotation


def _bare(annotation: Any) -> Any:
    """The annotation without "or none"."""
    some = [kind for kind in get_args(annotation) if kind is not type(None)]
    return some[0] if type(None) in get_args(annotation) and len(some) == 1 else annotation


def _row(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is list else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_optional(info: FieldInfo | None) -> bool:
    return info is not None and type(None) in get_args(info.annotation)
