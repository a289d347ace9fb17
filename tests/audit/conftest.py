"""A log with its own checkpoint file, and the verifier as a stranger would run it."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from backoffice.audit import log, sealing, verify_log


@pytest.fixture
def checkpoint_file(settings, tmp_path):
    settings.CHECKPOINT_FILE = str(tmp_path / "checkpoints.jsonl")
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def evidence(committed_people, checkpoint_file, tmp_path):
    """A committed world, ways to write and seal events, and the verifier's answer."""
    key = tmp_path / "key.pem"
    key.write_text(sealing.public_key_pem())
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

    def verify():
        """The program's own words and its exit code."""
        done = subprocess.run(
            [sys.executable, "-I", verify_log.__file__, "log", "--dsn", dsn()]
            + ["--checkpoints", str(checkpoint_file), "--key", str(key)],
            capture_output=True,
            text=True,
        )
        assert not done.stderr, done.stderr
        return SimpleNamespace(code=done.returncode, text=done.stdout)

    return SimpleNamespace(
        people=people, write=write, seal=sealing.seal_all, verify=verify, file=checkpoint_file, key=key
    )


def dsn():
    """The test's database in a stranger's words."""
    own = connection.settings_dict
    return f"host={own['HOST']} port={own['PORT']} user={own['USER']} dbname={own['NAME']}" + (
        f" password={own['PASSWORD']}" if own["PASSWORD"] else ""
    )


def tamper(*statements):
    """Change rows as the owner who has switched the guards off."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_link", "audit_checkpoint"):
            cursor.execute(f"alter table {table} disable trigger user")
        for statement in statements:
            cursor.execute(statement)
        for table in ("audit_event", "audit_link", "audit_checkpoint"):
            cursor.execute(f"alter table {table} enable trigger user")


def settle():
    """What a commit does: the deferred triggers run."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
