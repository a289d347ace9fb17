"""Checkpoints follow each other without a gap, say what they cover, and are not given to a log that does not hold."""

import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from backoffice.audit import checkpoints, merkle, verify_log
from backoffice.audit.models import Checkpoint, Event
from tests.audit import mutations
from tests.audit.conftest import tampering
from tests.test_races import together

pytestmark = pytest.mark.calendar


def test_a_checkpoint_covers_everything_that_is_new_once(evidence):
    evidence.write(7)
    checkpoints.seal()
    evidence.write(5)
    second = checkpoints.body_of(checkpoints.seal())
    assert second["number"] == 2
    assert second["size"] == 5
    assert second["total"] == sum(second["heads"]) == Event.objects.count()


def test_a_quiet_log_is_sealed_again_after_ten_minutes_only(evidence):
    assert checkpoints.seal().number == 1
    assert checkpoints.seal() is None
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        assert checkpoints.body_of(checkpoints.seal())["size"] == 0


def test_a_long_backlog_is_sealed_in_parts(evidence, monkeypatch):
    monkeypatch.setattr(checkpoints, "BATCH", 30)
    evidence.write(100)
    sizes = [checkpoints.body_of(c)["size"] for c in checkpoints.seal_all()]
    assert sizes[:3] == [30, 30, 30]
    assert sum(sizes) == Event.objects.count()
    assert evidence.verify().code == 0


def test_two_sealers_at_once_make_no_fork(evidence):
    evidence.write(30)
    together(*[checkpoints.seal] * 4)
    assert list(Checkpoint.objects.values_list("number", flat=True)) == [1]
    assert len(evidence.file.read_text().splitlines()) == 1
    assert evidence.verify().code == 0


def test_a_file_that_lost_its_last_lines_in_a_crash_is_completed(evidence):
    for _ in range(3):
        evidence.write(2)
        checkpoints.seal()
    lines = evidence.file.read_text().splitlines(keepends=True)
    evidence.file.write_text(lines[0])
    checkpoints.seal()
    assert evidence.file.read_text() == "".join(lines)


CRUDE = [mutations.edit_event, mutations.edit_link, mutations.delete_event, mutations.insert_event, mutations.reorder]


@pytest.mark.parametrize("kind", CRUDE)
def test_links_that_do_not_hold_are_not_sealed(evidence, kind):
    evidence.write(130)
    with tampering() as cursor:
        kind(cursor, evidence.file, random.Random(3))  # noqa: S311
    with pytest.raises(checkpoints.Broken):
        checkpoints.seal()
    assert not Checkpoint.objects.exists()


CLEVER = [mutations.edit_event_and_rechain, mutations.delete_and_rechain, mutations.reorder_and_rechain]


@pytest.mark.parametrize("kind", CLEVER)
def test_a_chain_built_anew_under_a_checkpoint_is_not_sealed_further(evidence, kind):
    evidence.write(130)
    checkpoints.seal()
    with tampering() as cursor:
        kind(cursor, evidence.file, random.Random(3))  # noqa: S311
    with pytest.raises(checkpoints.Broken, match="under checkpoint 1"):
        checkpoints.seal()


@pytest.mark.parametrize("kind", CLEVER)
def test_a_chain_built_anew_before_its_checkpoint_is_the_open_window(evidence, kind):
    """Said in docs/evidence.md: for at most a minute a superuser of the database can still lie."""
    evidence.write(130)
    with tampering() as cursor:
        kind(cursor, evidence.file, random.Random(3))  # noqa: S311
    assert checkpoints.seal()
    assert evidence.verify().code == 0


def test_an_old_copy_of_the_database_is_not_sealed_further(long_log):
    with tampering() as cursor:
        mutations.go_back_to_an_older_copy(cursor, long_log.file, random.Random(1))  # noqa: S311
    with pytest.raises(CommandError, match="old copy"):
        call_command("seal_log", "--once")


def test_the_command_says_what_it_did_and_prints_the_public_key(evidence):
    out = StringIO()
    call_command("seal_log", "--once", stdout=out)
    call_command("seal_log", "--public-key", stdout=out)
    assert out.getvalue() == "1 checkpoints\n" + checkpoints.public_key_pem()


def test_a_log_that_nobody_seals_is_named_by_the_health_check(evidence, client):
    assert client.get(reverse("healthz")).json()["log"] == "not sealed"
    checkpoints.seal()
    assert client.get(reverse("healthz")).json() == {"database": "ok", "log": "sealed"}
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        answer = client.get(reverse("healthz"))
    assert (answer.status_code, answer.json()["log"]) == (200, "not sealed")


hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


@given(hashes, st.data())
def test_every_leaf_has_a_path_and_no_other_leaf_has_it(leaves, data):
    """Two programs of the tree agree, and a path proves its leaf at its place only."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = [step.hex() for step in merkle.path(leaves, index)]
    root = merkle.root(leaves).hex()
    assert verify_log.root(leaf.hex() for leaf in leaves) == root
    assert verify_log.root_through(leaves[index].hex(), index, len(leaves), path) == root
    assert verify_log.root_through("00" * 32, index, len(leaves), path) != root or leaves[index] == bytes(32)
    assert verify_log.root_through(leaves[index].hex(), index, len(leaves), path + ["00" * 32]) is None
    assert verify_log.root_through(leaves[index].hex(), len(leaves), len(leaves), path) is None
