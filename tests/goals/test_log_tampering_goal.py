"""Whatever is done to the log is found by a program that shares nothing with it."""

import os
import random
import re
import threading
from pathlib import Path

from django.db import connection, transaction

from backoffice.audit import checkpoints, verify_log
from tests.audit import mutations
from tests.audit.conftest import Copy, checkpoint_file, dsn, evidence, long_log, tampering  # noqa: F401  (fixtures)

CAMPAIGN = os.environ.get("SCALE") == "campaign"
MUTATIONS = 500 if CAMPAIGN else 63
EVENTS = 200_000 if CAMPAIGN else 20_000
CHECKS = 50 if CAMPAIGN else 8


def drill(log, count, verify, seed=2026):
    """Tamper, verify, come back, `count` times, every kind in turn; the kinds that were not found."""
    rng, missed = random.Random(seed), []  # noqa: S311
    with Copy(log.file) as copy:
        for number in range(count):
            kind = mutations.KINDS[number % len(mutations.KINDS)]
            with tampering() as cursor:
                kind(cursor, log.file, rng)
            if verify() != 1:
                missed.append(kind.__name__)
            copy.restore()
    return missed


def false_alarms(log, checks):
    """Verify again and again while events are written and sealed; what is said of a log that nobody touched."""
    stop = threading.Event()

    def work():
        while not stop.is_set():
            log.write(5)
            checkpoints.seal()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        answers = [log.verify() for _ in range(checks)]
    finally:
        stop.set()
        worker.join(timeout=60)
    return [answer.text for answer in answers if answer.code != 0]


def rate(log):
    """Events a second over a longer log, as the verifier itself says."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_event (code, house, subject_type, subject_id, facts) select 'case.claimed', n %% 43,"
            """ 'workflows.Case', n, '{"step": "review"}' from generate_series(1, %s) n""",
            [EVENTS],
        )
    log.seal()
    answer = log.verify()
    assert answer.code == 0, answer.text
    return int(re.search(r"(\d+) events/s", answer.text)[1])


def test_log_tampering(long_log, goal):  # noqa: F811
    missed = drill(long_log, MUTATIONS, in_process(long_log))
    alarms = false_alarms(long_log, CHECKS)
    goal(
        "log_tampering",
        value=f"{MUTATIONS - len(missed)} of {MUTATIONS} mutations of {len(mutations.KINDS)} kinds found, "
        f"{len(alarms)} false"
        f" alarms in {CHECKS} checks under load, {rate(long_log)} events/s over {EVENTS} events",
        target="all found, 0 false alarms",
        ok=not missed and not alarms,
    )


def in_process(log):
    return lambda: verify_log.main(["log", "--dsn", dsn(), "--checkpoints", str(log.file), "--key", str(log.key)])


def test_log_tampering_self_test_needs_the_signed_roots(long_log, monkeypatch):  # noqa: F811
    """Hashes alone do not stop an owner who builds the chain anew."""
    monkeypatch.setattr(verify_log, "check_coverage", lambda checkpoints, leaves: [])
    assert {"edit_event_and_rechain", "reorder_and_rechain"} <= set(
        drill(long_log, len(mutations.KINDS), in_process(long_log))
    )


def test_log_tampering_self_test_needs_the_file_outside(long_log, monkeypatch):  # noqa: F811
    """Without it an older copy of the database looks like a whole one."""
    monkeypatch.setattr(verify_log, "compare", lambda outside, inside: [])
    monkeypatch.setattr(verify_log, "check_checkpoints", _from_database_only(verify_log.check_checkpoints))
    assert "go_back_to_an_older_copy" in drill(long_log, len(mutations.KINDS), in_process(long_log))


def _from_database_only(check):
    return lambda entries, keys, where, notices: check(entries, keys, where, notices) if where != "file" else ({}, [])


def foreign_imports(text):
    """Modules that a stranger would not have."""
    found = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.M))
    return found & {"backoffice", "enrolment", "notifications", "workflows", "django", "tests"}


def test_independent_verifier(long_log, tmp_path, goal):  # noqa: F811
    """The file is copied away and run in isolation: it verifies a log and has nothing of ours to lean on."""
    text = Path(verify_log.__file__).read_text()
    alone = tmp_path / "alone" / "verify_log.py"
    alone.parent.mkdir()
    alone.write_text(text)
    answer = long_log.verify(program=alone)
    lines = len(text.splitlines())
    goal(
        "independent_verifier",
        value=f"{lines} lines, {len(foreign_imports(text))} imports of ours, exit {answer.code} on a copy elsewhere",
        target="< 300 lines, 0, exit 0",
        ok=lines < 300 and not foreign_imports(text) and answer.code == 0,
    )


def test_independent_verifier_self_test_sees_an_import_of_ours():
    assert foreign_imports("import json\nfrom backoffice import keys\n") == {"backoffice"}
