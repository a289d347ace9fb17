"""The data catalogue (GDPR art. 30): every field of every table, and how it is kept at rest; it writes `docs/data.md`.

Nothing is listed here. A field's type says most: what is encrypted is an `EncryptedField`; relations, numbers, days,
truth values, UUIDs and choices hold no words. Whatever else can hold words says what it holds, at its model, in one of

    keyed = ("verifier",)                              a keyed or salted one-way value
    encrypted_by = {"data": "the session store"}       encrypted before it comes to the field
    codes = ("kind",)                                  words of the product alone: codes, labels, addresses of code
    in_clear = {"email": "why it is not encrypted"}    words of a person, or made of them

For the tables of a library the room that brought it in says so, in the `MODELS` of its `catalogue.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule

from backoffice.crypto.encryption import EncryptedField
from backoffice.isolation.rules import Rule, declarations

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data.md"
STATEMENTS = ("keyed", "encrypted_by", "codes", "in_clear")
# Types that hold no words. A field with choices holds one of ours.
WORDLESS = (
    models.ForeignObject,
    models.IntegerField,
    models.BooleanField,
    models.DateField,
    models.TimeField,
    models.UUIDField,
)
ENCRYPTED, CODES = "encrypted, bound to its row (`field_keyset.json`)", "no words of a person"


@dataclass(frozen=True)
class Place:
    """One field's place in the catalogue; `kept` is empty where nobody has said how it is kept."""

    label: str
    field: models.Field
    kept: str


def places() -> list[Place]:
    """Every field of every table. Raises `ValueError` for a statement that says nothing or says it twice."""
    said = library_models()
    unknown = set(said) - {model._meta.label for model in _models()}
    if unknown:
        raise ValueError(f"no such models: {sorted(unknown)}")
    return [place for model in _models() for place in _places(model, said.get(model._meta.label, vars(model)))]


def library_models() -> dict[str, Mapping[str, Any]]:
    """What the rooms say of the tables that libraries bring."""
    found: dict[str, Mapping[str, Any]] = {}
    for app in apps.get_app_configs():
        if app.name != "backoffice.ops" and app.module and module_has_submodule(app.module, "catalogue"):
            found |= import_module(f"{app.name}.catalogue").MODELS
    return found


def tables_without_model() -> dict[str, str]:
    """Tables that no model describes, with what the rooms say they hold."""
    modelled = {model._meta.db_table for model in _models()}
    lines = {table: line for table, line in declarations().rules.items() if table not in modelled}
    return {table: "" if isinstance(line, Rule) else line.why for table, line in lines.items()}


def page() -> str:
    """The text of docs/data.md."""
    found = places()
    ordered = sorted(
        (place for place in found if place.kept != CODES), key=lambda place: (_rank(place.kept), place.label)
    )
    return "\n".join(
        [
            "# What is kept, and how",
            "",
            "Written by `python -m backoffice.ops.catalogue`; a test compares it with the tables.",
            "",
            "| field | at rest |",
            "|---|---|",
            *[f"| `{place.label}` | {place.kept} |" for place in ordered],
            *[f"| table `{table}` | {why} |" for table, why in sorted(tables_without_model().items())],
            "",
            "All other fields hold ids, codes, days and states, and no words of a person.",
            "",
        ]
    )


def _models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def _places(model: type[models.Model], said: Mapping[str, Any]) -> Iterator[Place]:
    names = [name for statement in STATEMENTS for name in said.get(statement, ())]
    for field in model._meta.local_fields:
        label, times = f"{model._meta.label}.{field.name}", names.count(field.name)
        if times > 1 or times and _by_type(field):
            raise ValueError(f"{label} is said twice")
        yield Place(label, field, _by_type(field) or _by_statement(field.name, said))
    gone = set(names) - {field.name for field in model._meta.local_fields}
    if gone:
        raise ValueError(f"{model._meta.label} has no {', '.join(sorted(gone))}")


def _by_type(field: models.Field) -> str:
    if isinstance(field, EncryptedField):
        return ENCRYPTED
    return CODES if isinstance(field, WORDLESS) or field.choices else ""


def _by_statement(name: str, said: Mapping[str, Any]) -> str:
    if name in said.get("keyed", ()):
        return "keyed or salted one-way value"
    if name in said.get("encrypted_by", {}):
        return f"encrypted by {said['encrypted_by'][name]}"
    if name in said.get("in_clear", {}):
        return f"in clear: {said['in_clear'][name]}"
    return CODES if name in said.get("codes", ()) else ""


def _rank(kept: str) -> int:
    return next(n for n, start in enumerate(("encrypted", "keyed", "in clear", "")) if kept.startswith(start))


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
