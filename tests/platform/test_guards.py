"""Guards in the database: every table says whether its rows may go; what models declare stands, and nothing else."""

import dataclasses

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import Error as DatabaseError
from django.db import connection

from backoffice.isolation import guards, inspection, roles
from tests.platform.test_migrations import APPS

GUARDS = {(guard.table, guard.name): guard for guard in guards.registered()}


def append_only(table):
    guard = GUARDS.get((table, "append_only"))
    return guard is not None and "delete" in guard.when


def never_deleted(table):
    return (table, "never_deleted") in GUARDS


def kept(model):
    """How a table keeps its rows, in as many ways as it says so. A table between two others goes with neither."""
    table = model._meta.db_table
    ways = ["append-only"] * append_only(table) + ["never deleted"] * never_deleted(table)
    ways += ["deletable"] * bool(getattr(model, "deletable", ""))
    if model._meta.auto_created:
        ends = [field.related_model._meta.db_table for field in model._meta.local_fields if field.is_relation]
        ways += ["goes with neither end"] * all(append_only(end) or never_deleted(end) for end in ends)
    return ways


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def check():
    """What `manage.py check --deploy --database default` says of guards and policies."""
    try:
        call_command("check", deploy=True, databases=["default"])
    except SystemCheckError as refused:
        return "\n".join(line for line in str(refused).splitlines() if "isolation" in line)
    return ""


def test_every_table_of_ours_says_once_whether_its_rows_may_go():
    ours = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    assert len(ours) > 20
    assert {model._meta.db_table: ways for model in ours if len(ways := kept(model)) != 1} == {}


@pytest.mark.parametrize("table", sorted(table for table, name in GUARDS if name in ("append_only", "never_deleted")))
def test_rows_that_stay_are_refused_to_go(db, table):
    """The guard is asked once a statement: it needs no row to refuse."""
    verb = "delete from" if append_only(table) or never_deleted(table) else "truncate"
    with pytest.raises(DatabaseError, match="never deleted|written once"):
        sql(f"{verb} {table}")


def test_everything_stands_as_declared(db):
    assert inspection.problems(connection) == []
    assert len(GUARDS) > 40


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("drop trigger never_deleted on workflows_case", "guard never_deleted of workflows_case is missing or off"),
        (
            "alter table workflows_case disable trigger never_deleted",
            "guard never_deleted of workflows_case is missing or off",
        ),
        (
            "create trigger once_ours before delete on workflows_case for each row execute function refuse_delete()",
            "guard once_ours of workflows_case stands beside no model",
        ),
        (
            "create or replace function workflows_case_frame_stands() returns trigger language plpgsql"
            " as 'begin return new; end'",
            "guard frame_stands of workflows_case does something else than its model says",
        ),
    ],
)
def test_a_damaged_guard_is_noticed_and_migrate_mends_it(db, damage, said):
    sql(damage)
    assert said in check()
    call_command("migrate", verbosity=0)
    assert check() == ""


def test_a_guard_that_was_changed_at_its_model_is_installed_by_the_next_migrate(db, monkeypatch):
    """Also one that judges by rows of others: it still belongs to the definer role, and runs as it."""
    key = ("workflows_party", "party_decides_nothing")
    changed = dataclasses.replace(GUARDS[key], body="begin raise exception 'changed'; end")
    monkeypatch.setitem(guards._guards, key, changed)
    assert "policies and guards are not those of this release" in check()
    call_command("migrate", verbosity=0)
    [(body, definer, owner)] = sql(
        "select prosrc, prosecdef, proowner::regrole::text from pg_proc where proname = %s", changed.function_name
    )
    assert (body, definer, owner) == (changed.body, True, roles.DEFINER)
    assert check() == ""


def test_every_guard_that_sees_past_the_policies_belongs_to_the_definer_role(db):
    seeing = {guard.function_name for guard in GUARDS.values() if guard.sees_all}
    found = sql("select proname, prosecdef, proowner::regrole::text from pg_proc where proname = any(%s)", list(seeing))
    assert {name for name, definer, owner in found if definer and owner == roles.DEFINER} == seeing
    assert len(seeing) > 5
