"""Migrations: expand – migrate – contract, bounded waits, a way back, and every guard in its place (security.md R12)."""

import pytest
from django.apps import apps
from django.core.management.commands import migrate as django_migrate
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

from backoffice.isolation.management.commands import migrate

APPS = ["accounts", "audit", "jobs", "notifications", "enrolment", "attachments", "workflows"]
# Ran before the first release or together with it: no older process reads what they change. Nothing is added here.
BASELINE = {
    *((app, "0001_initial") for app in APPS),
    ("accounts", "0006_sealed_contract"),
    ("enrolment", "0005_sealed_contract"),
    ("notifications", "0005_sealed_contract"),
}
# (app, name): why there is no way back.
ONE_WAY: dict[tuple[str, str], str] = {}

APPEND_ONLY = {
    "audit_link",
    "audit_checkpoint",
    "audit_event",
    "workflows_registryentry",
    "workflows_version",
    "workflows_party",
    "workflows_check",
    "workflows_decision",
}
NEVER_DELETED = {
    "attachments_attachment",
    "accounts_user",
    "accounts_person",
    "accounts_membership",
    "workflows_filing",
    "workflows_case",
    "workflows_completionrequest",
    "providers_enrolment",
    "providers_licencekey",
    "workflows_registrycounter",
    "notifications_document",
    "notifications_message",
    "viewflow_task",
    "viewflow_process",
}
DELETABLE = {
    "accounts_session": "sessions end",
    "audit_flood": "counters of one minute",
    "attachments_attachmentblob": "bytes leave with a file that is taken out of a draft; its trigger allows no other way",
    "accounts_house": "the product's own list; every row is held by foreign keys",
    "jobs_job": "done work may be cleared away; what it did has its own rows",
    "notifications_message_documents": "goes with neither: both ends are never deleted",
    "workflows_assignment": "a view of the engine's task; held by PROTECT",
}
OTHERS = {
    "attachment_stands": "attachments_attachment",
    "bytes_stand": "attachments_attachmentblob",
    "no_gap": "workflows_registrycounter",
    "number_has_entry": "workflows_registrycounter",
    "number_from_counter": "workflows_registryentry",
    "decision_is_due": "workflows_decision",
    "party_decides_nothing": "workflows_party",
    "facts_stand": "providers_licencekey",
    "act_stands": "notifications_document",
    "no_frame_locals": "viewflow_task",
}


def ours():
    graph = MigrationLoader(connection).graph.nodes
    return {key: migration for key, migration in graph.items() if key[0] in APPS}


def test_new_migrations_lock_nothing_and_drop_nothing(db):
    """Columns come nullable, are filled, and go a release later; indexes are built concurrently."""
    linter = MigrationLinter(path=".", include_apps=APPS, no_cache=True, quiet=["ok", "ignore", "warning", "error"])
    for key, migration in ours().items():
        if key not in BASELINE:
            linter.lint_migration(migration)
    assert (linter.nb_erroneous, linter.nb_total) == (0, len(ours()) - len(BASELINE))


def test_the_linter_sees_a_contraction(db):
    linter = MigrationLinter(path=".", include_apps=APPS, no_cache=True, quiet=["ok", "ignore", "warning", "error"])
    linter.lint_migration(ours()["accounts", "0006_sealed_contract"])
    assert linter.nb_erroneous == 1


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


@pytest.fixture
def triggers(db):
    """(table, trigger) of every guard that is switched on, with the acts it guards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text, tgname, (tgtype & 8) > 0, (tgtype & 16) > 0, (tgtype & 32) > 0"
            " from pg_trigger where not tgisinternal and tgenabled = 'O'"
        )
        return {(row[0], row[1]): row[2:] for row in cursor.fetchall()}


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_what_is_append_only_has_its_guard(triggers, table):
    assert triggers[table, "append_only"] == (True, True, True)


@pytest.mark.parametrize("table", sorted(NEVER_DELETED))
def test_what_is_never_deleted_has_its_guard(triggers, table):
    deletes, _, _ = triggers[table, "never_deleted"]
    assert deletes


def test_every_other_guard_stands(triggers):
    assert {(table, name) for name, table in OTHERS.items()} <= set(triggers)


def test_every_table_of_ours_is_on_one_of_the_lists():
    tables = [m._meta.db_table for app in APPS for m in apps.get_app_config(app).get_models(include_auto_created=True)]
    lists = [APPEND_ONLY, NEVER_DELETED, set(DELETABLE)]
    assert [t for t in tables if sum(t in known for known in lists) != 1] == []
