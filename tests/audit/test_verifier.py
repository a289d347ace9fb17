"""The verifier finds what was done to the log, and says nothing when nothing was done."""

import random
from pathlib import Path

import pytest
from django.db import connection, transaction

from backoffice.audit import checkpoints, verify_log
from tests.audit import mutations
from tests.audit.conftest import Copy, tampering

pytestmark = pytest.mark.calendar


def test_an_untouched_log_is_found_right(long_log):
    answer = long_log.verify()
    assert answer.code == 0, answer.text
    assert "FINDING" not in answer.text
    assert "NOTE" not in answer.text


def test_events_that_are_not_sealed_yet_are_no_finding(long_log):
    long_log.write(3)
    assert long_log.verify().code == 0


def test_every_kind_of_tampering_is_found(long_log):
    rng, missed = random.Random(5), []  # noqa: S311
    with Copy(long_log.file) as copy:
        for kind in mutations.KINDS:
            with tampering() as cursor:
                kind(cursor, long_log.file, rng)
            if long_log.verify().code != 1:
                missed.append(kind.__name__)
            copy.restore()
    assert missed == []
    assert long_log.verify().code == 0


def test_events_that_nobody_seals_are_a_finding_after_five_minutes(long_log):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_event (at, code, subject_type, subject_id, facts)"
            " values (now() - interval '6 minutes', 'case.claimed', 'x', 1, '{}')"
        )
    answer = long_log.verify()
    assert answer.code == 1
    assert "1 events have no checkpoint" in answer.text


def test_a_clock_that_went_back_is_a_note_and_no_finding(long_log):
    for minutes in (0, 10):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into audit_event (at, code, subject_type, subject_id, facts)"
                f" values (now() - interval '{minutes} minutes', 'case.claimed', 'x', 1, '{{}}')"  # noqa: S608
            )
    checkpoints.seal_all()
    answer = long_log.verify()
    assert answer.code == 0
    assert "the clock went back" in answer.text


def test_what_cannot_be_checked_is_said_to_be_so(long_log):
    long_log.file.unlink()
    answer = long_log.verify()
    assert answer.code == 2
    assert "checkpoint file" in answer.text


def test_the_verifier_is_one_short_file_that_imports_nothing_of_ours():
    text = Path(verify_log.__file__).read_text()
    assert len(text.splitlines()) < 300
    for room in ("backoffice", "enrolment", "notifications", "workflows", "django"):
        assert f"import {room}" not in text
        assert f"from {room}" not in text
