"""`manage.py check` fails when a table of a house or a person has no policy.

`manage.py check --deploy --database default` looks at what stands in the live database.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import connections, models

from backoffice.isolation import inspection
from backoffice.isolation.install import install
from backoffice.isolation.rules import Rule, declarations

BELONGING = {"accounts.house", "accounts.person", "accounts.user"}
NAMES_OF_HOUSES = {"house", "house_id", "person", "person_id", "cnp"}


def every_table_has_its_rule(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without a database: each model's table is declared by a room, and one with rows of somebody has a policy."""
    found: list[CheckMessage] = []
    rules = declarations().rules
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        table = model._meta.db_table
        if table not in rules:
            found.append(Error(f"{table} is in no room's isolation.py: say whose its rows are", id="isolation.E001"))
        elif belongs_to_somebody(model) and not isinstance(rules[table], Rule):
            found.append(Error(f"{table} holds rows of a house or a person and has no policy", id="isolation.E002"))
    return found


def belongs_to_somebody(model: type[models.Model]) -> bool:
    """Does a row belong to a house or a person: is it one, does it point at one, or name one?"""
    fields = model._meta.get_fields()
    points = {f.related_model._meta.label_lower for f in fields if f.many_to_one and f.related_model}
    names = {f.name for f in fields if not f.auto_created}
    return bool(
        points & BELONGING or names & NAMES_OF_HOUSES or model._meta.label_lower in BELONGING - {"accounts.house"}
    )


def policies_installed(app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """With a database: what stands there is what the rules say."""
    return [
        Error(problem, id="isolation.E003")
        for alias in databases or []
        for problem in inspection.problems(connections[alias])
    ]


def install_after_migrate(using: str, plan: Any = None, **kwargs: Any) -> None:
    """After each migrate: install policies and guards, and refuse a database in which they do not stand."""
    connection = connections[using]
    if inspection.problems(connection):
        install(connection)
    problems = inspection.problems(connection)
    if problems:
        raise inspection.PoliciesMissing("\n".join(problems))
