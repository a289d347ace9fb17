"""A log with its own checkpoint file, and the verifier as a stranger would run it."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from backoffice.audit import checkpoints, log, verify_log
from backoffice.isolation import roles


@pytest.fixture
def checkpoint_file(settings, tmp_path):
    settings.CHECKPOINT_FILE = str(tmp_path / "checkpoints.jsonl")
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def long_log(evidence):
    """Some 300 events under five checkpoints of the last hour, all sealed."""
    for number in range(5):
        evidence.write(60, number=number)
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=50 - 10 * number)):
            evidence.seal()
    return evidence


@pytest.fixture
def evidence(committed_people, checkpoint_file, tmp_path):
    """A committed world, ways to write and seal events, and the verifier's answer."""
    key = tmp_path / "key.pem"
    key.write_text(checkpoints.public_key_pem())
    people = committed_people

    def write(count=1, code="membership.started", **facts):
        for number in range(count):
            with transaction.atomic():
                log.record(
                    code,
                    on=SimpleNamespace(pk=number, _meta=people.head._meta),
                    by=people.administrator,
                    house=people.house,
                    **facts,
                )

    def verify(program=verify_log.__file__):
        """The program's own words and its exit code."""
        done = subprocess.run(
            [sys.executable, "-I", str(program), "log", "--dsn", dsn()]
            + ["--checkpoints", str(checkpoint_file), "--key", str(key)],
            capture_output=True,
            text=True,
        )
        assert not done.stderr, done.stderr
        return SimpleNamespace(code=done.returncode, text=done.stdout)

    return SimpleNamespace(
        people=people, write=write, seal=checkpoints.seal_all, verify=verify, file=checkpoint_file, key=key
    )


def dsn(name=None, user=roles.VERIFIER):
    """The test's database, or another on its server, as the auditor's log-in; the owner sees rows in maintenance."""
    own = connection.settings_dict
    given = {"host": own["HOST"], "port": own["PORT"], "user": user, "dbname": name or own["NAME"]}
    if user == own["USER"]:
        given["options"] = "-c app.maintenance=on"
    if own["PASSWORD"]:
        given["password"] = own["PASSWORD"]
    return make_conninfo(**given)


def owner_dsn(name=None):
    return dsn(name, connection.settings_dict["USER"])


TABLES = ("audit_event", "audit_link", "audit_checkpoint")


@contextmanager
def tampering():
    """A cursor of the owner who has switched the guards off."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        yield cursor
        for table in TABLES:
            cursor.execute(f"alter table {table} enable trigger user")


class Copy:
    """The log as it is, to come back to after each drill."""

    def __init__(self, file):
        self.file, self.lines = file, file.read_text()

    def __enter__(self):
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"create temporary table kept_{table} as table {table}")
        return self

    def restore(self):
        self.file.write_text(self.lines)
        with tampering() as cursor:
            for table in TABLES:
                cursor.execute(f"delete from {table}")
                cursor.execute(f"insert into {table} select * from kept_{table}")  # noqa: S608

    def __exit__(self, *problem):
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"drop table kept_{table}")


def settle():
    """What a commit does: the deferred triggers run."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
