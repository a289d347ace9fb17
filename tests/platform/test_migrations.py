"""Migrations: one for each app until the first release; then expand, migrate, contract, bounded waits, a way back.

Guards and policies are no migrations: they are installed after each migrate (`test_guards.py`).
"""

from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.core.management.commands import migrate as django_migrate
from django.db import connection
from django.db.migrations import AddField, AlterField, Migration, RemoveField
from django.db.migrations.loader import MigrationLoader
from django.db.models import CharField, TextField
from django_migration_linter import MigrationLinter

from backoffice.isolation.management.commands import migrate

ROOMS = ("backoffice", "enrolment", "notifications", "workflows")
APPS = sorted(
    app.label
    for app in apps.get_app_configs()
    if app.name.partition(".")[0] in ROOMS and next(app.get_models(include_auto_created=True), None)
)
# Ran before the first release: no older process reads what they change. Nothing is added here.
BASELINE = {(app, "0001_initial") for app in APPS}
# (app, name): why there is no way back.
ONE_WAY: dict[tuple[str, str], str] = {}


def ours():
    graph = MigrationLoader(connection).graph.nodes
    return {key: migration for key, migration in graph.items() if key[0] in APPS}


def lint(*migrations):
    """How many of these would stop a process of the release before."""
    linter = MigrationLinter(path=".", include_apps=APPS, no_cache=True, quiet=["ok", "ignore", "warning", "error"])
    for migration in migrations:
        linter.lint_migration(migration)
    assert linter.nb_total == len(migrations)
    return linter.nb_erroneous


def test_each_app_has_one_migration_until_the_first_release(db):
    """When the product is released this test goes and the linter begins to judge."""
    assert set(ours()) == BASELINE
    assert len(APPS) >= 8


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=StringIO())


def test_new_migrations_lock_nothing_and_drop_nothing(db):
    """Columns come nullable, are filled, and go a release later; indexes are built concurrently."""
    assert lint(*[migration for key, migration in ours().items() if key not in BASELINE]) == 0


def test_the_linter_sees_what_an_older_process_would_stumble_over(db, monkeypatch):
    steps = {
        "drops a column": RemoveField("Job", "last_code"),
        "adds a column that must be filled": AddField("Job", "more", CharField(max_length=9, default="x")),
        "makes a column shorter": AlterField("Job", "last_code", CharField(max_length=5)),
    }
    harmless = AddField("Job", "more", TextField(null=True))

    def bad(operation):
        migration = Migration("0002_example", "jobs")
        migration.operations, migration.dependencies = [operation], [("jobs", "0001_initial")]
        state = MigrationLoader(connection).project_state(("jobs", "0001_initial"))
        with connection.schema_editor(collect_sql=True) as editor:
            migration.apply(state, editor, collect_sql=True)
        # The linter reads a migration's file and asks sqlmigrate; this one has no file.
        monkeypatch.setattr(MigrationLinter, "get_sql", lambda *args: editor.collected_sql)
        monkeypatch.setattr(MigrationLinter, "get_migration_hash", lambda *args: "")
        return lint(migration)

    assert {said for said, operation in steps.items() if not bad(operation)} == set()
    assert bad(harmless) == 0


def test_every_migration_has_a_way_back_or_says_why_not(db):
    for key, migration in ours().items():
        bad = [operation for operation in migration.operations if not operation.reversible]
        assert not bad or key in ONE_WAY, key


def test_a_migration_waits_two_seconds_at_most(db, monkeypatch):
    waits = []

    def look(self, *args, **options):
        with connection.cursor() as cursor:
            cursor.execute("show lock_timeout")
            waits.append(cursor.fetchone()[0])

    monkeypatch.setattr(django_migrate.Command, "handle", look)
    migrate.Command().handle()
    look(None)
    assert waits == [migrate.LOCK_TIMEOUT, "0"]
