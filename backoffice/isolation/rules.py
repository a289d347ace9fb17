"""Which rows of which table a transaction may see. Every room declares its own tables in its `isolation.py`.

That module, found in every installed app, calls `declare` once and `extend` where its rows make rows of a lower room
visible. Its own functions stand beside it in `isolation.sql`. A table without a line fails `manage.py check`.

A rule's `rows` is the SQL condition of the policy. It reads the context of the transaction and nothing else:
`app_user()`, `app_person()`, `app_houses()`. Those stand in sub-selects, so that they are asked once a query.
Verbs: s select, i insert, u update, d delete.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.utils.module_loading import module_has_submodule

HOUSES = "any ((select app_houses())::bigint[])"
MINE = "(select app_user())"


@dataclass(frozen=True, kw_only=True)
class Verbs:
    """What each role may do in a table."""

    web: str = ""
    worker: str = ""
    report: str = ""
    sealer: str = ""
    verifier: str = ""


@dataclass(frozen=True)
class Rule(Verbs):
    """One table: whose rows (`rows`), and what may be written (`written`, default: what may be seen)."""

    rows: str
    written: str = ""


@dataclass(frozen=True)
class Open(Verbs):
    """A table without rows of a house or a person; `why` says what it holds."""

    why: str


@dataclass(frozen=True)
class Closed:
    """A table that only the owner touches."""

    why: str


OF_HOUSE = f"house_id = {HOUSES}"


Line = Rule | Open | Closed


@dataclass(frozen=True)
class Declarations:
    """What all rooms together say: rules by table, who may execute which limited function, and the functions."""

    rules: Mapping[str, Line]
    execute: Mapping[str, tuple[str, ...]]
    functions: tuple[str, ...]


_rules: dict[str, Line] = {}
_extensions: dict[str, list[str]] = {}
_execute: dict[str, tuple[str, ...]] = {}


def declare(tables: Mapping[str, Line], *, execute: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Whose rows the tables of a room hold, and which roles may execute its functions that not everybody may."""
    _rules.update(tables)
    _execute.update(execute or {})


def extend(table: str, rows: str) -> None:
    """More rows of a lower room's table that a transaction may see; and write, where its rule has no `written`."""
    _extensions.setdefault(table, []).append(rows)


@cache
def declarations() -> Declarations:
    """What every installed app declares, read once."""
    functions = [Path(__file__).with_name("functions.sql").read_text(encoding="utf-8")]
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, "isolation"):
            import_module(f"{app.name}.isolation")
            sql = Path(app.path) / "isolation.sql"
            functions += [sql.read_text(encoding="utf-8")] if sql.exists() else []
    merged = {table: _extended(table, line) for table, line in _rules.items()}
    return Declarations(merged, dict(_execute), tuple(functions))


def _extended(table: str, line: Line) -> Line:
    if isinstance(line, Rule) and table in _extensions:
        return replace(line, rows=" or ".join([line.rows, *_extensions[table]]))
    return line


# The tables of Django, and of the rooms below this one.
declare(
    {
        "django_migrations": Closed("which migrations ran"),
        "django_content_type": Closed("names of models"),
        "auth_group": Closed("not used: roles are code"),
        "auth_group_permissions": Closed("not used: roles are code"),
        "auth_permission": Closed("not used: roles are code"),
        "throttle_count": Open("counters under keyed names", web="siud", worker="sd"),
    }
)
