"""The judgement of files: a corpus with the verdict each must get, and a child process that may die of them."""

import io
import json
import random
import signal
import sys

import pytest
from PIL import Image

from tests.attachments.corpus import corpus, laughs, pdf, photo, saved, with_place
from workflows.attachments.inspection import limits, runner
from workflows.attachments.inspection.child import confine
from workflows.attachments.inspection.judge import judge
from workflows.attachments.inspection.runner import Unavailable, inspect
from workflows.attachments.inspection.verdict import Verdict
from workflows.attachments.refusals import REASONS

FILES = corpus()


@pytest.mark.parametrize("name", FILES)
def test_each_file_gets_its_verdict(name):
    data, expected = FILES[name]
    verdict = inspect(data)
    assert verdict.reason in expected.split("|")
    assert bool(verdict.pages) == (expected == "")


def test_every_reason_has_its_sentence():
    assert {reason for _data, expected in FILES.values() for reason in expected.split("|")} - {""} <= set(REASONS)


def pictures(data):
    return [Image.open(io.BytesIO(page)) for page in inspect(data).pages]


def test_a_picture_keeps_its_look_and_nothing_else():
    [picture] = pictures(with_place())
    assert picture.format == "WEBP"
    assert picture.size == (400, 640)  # turned upright, as the phone said
    assert not picture.getexif()
    assert set(picture.info) <= {"loop", "background", "timestamp", "duration"}
    assert b"Telefon" not in inspect(with_place()).pages[0]


def test_what_is_transparent_is_shown_on_white():
    glass = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    [picture] = pictures(saved(glass, "PNG"))
    assert min(picture.convert("L").tobytes()) > 250


def test_pages_are_readable_and_bounded():
    pages = pictures(pdf(pages=3))
    assert [max(page.size) for page in pages] == [limits.PAGE_LONG_SIDE] * 3
    for page in pages:
        assert min(page.convert("L").tobytes()) < 60  # there is writing on it
    assert max(pictures(saved(photo(size=(4000, 3000)), "JPEG"))[0].size) == limits.PAGE_LONG_SIDE


@pytest.mark.parametrize("cpu_seconds", [1, limits.CHILD_CPU_SECONDS])
def test_what_never_ends_is_killed_and_refused(cpu_seconds):
    """Whichever gives out first: a fast machine fills the child's memory before the seconds are over."""
    assert inspect(pdf(laughs), cpu_seconds=cpu_seconds).reason == "too_heavy"


def test_a_loop_without_end_is_refused_when_its_seconds_are_over(monkeypatch):
    child(monkeypatch, f"from {confine.__module__} import confine; confine(1)\nwhile True: pass")
    assert inspect(b"x").reason == "too_heavy"


# --- the child --------------------------------------------------------------------------------------------------------


def child(monkeypatch, program):
    """In place of the inspecting process, a small program of ours."""
    monkeypatch.setattr(runner, "COMMAND", [sys.executable, "-c", program])


@pytest.mark.parametrize(
    ("number", "reason"),
    [(signal.SIGXCPU, "too_heavy"), (signal.SIGABRT, "too_heavy"), (signal.SIGSEGV, "unreadable")],
)
def test_a_file_that_kills_its_inspector_is_refused(monkeypatch, number, reason):
    child(monkeypatch, f"import os; os.kill(os.getpid(), {int(number)})")
    assert inspect(b"x").reason == reason


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("raise SystemExit(3)", "inspector_failed"),
        ("import os; os.kill(os.getpid(), 15)", "inspector_failed"),
        ("import os; os.kill(os.getpid(), 9)", "inspector_failed"),
        ("import time; time.sleep(60)", "inspector_slow"),
    ],
)
def test_a_fault_of_ours_says_nothing_about_the_file(monkeypatch, program, code):
    child(monkeypatch, program)
    monkeypatch.setattr(limits, "CHILD_WALL_SECONDS", 1)
    with pytest.raises(Unavailable, match=code):
        inspect(b"x")


PAGE = b"RIFF\x00\x00\x00\x00WEBPx"
LIES = {
    "nothing": b"",
    "no head": PAGE,
    "not an object": b"[]\n",
    "a reason that is markup": b'{"reason": "<b>", "signatures": 0, "pages": []}\n',
    "a reason that is a list": b'{"reason": ["script"], "signatures": 0, "pages": []}\n',
    "clean without pages": b'{"reason": "", "signatures": 0, "pages": []}\n',
    "too many pages": json.dumps({"reason": "", "signatures": 0, "pages": [13] * 51}).encode() + b"\n" + PAGE * 51,
    "sizes that do not add up": b'{"reason": "", "signatures": 0, "pages": [12]}\n' + PAGE,
    "a negative size": b'{"reason": "", "signatures": 0, "pages": [26, -13]}\n' + PAGE,
    "a size that is true": b'{"reason": "", "signatures": 0, "pages": [true]}\nx',
    "signatures that are text": b'{"reason": "", "signatures": "1", "pages": [13]}\n' + PAGE,
    "a page that is no picture": b'{"reason": "", "signatures": 0, "pages": [13]}\n<html></html>',
}


@pytest.mark.parametrize("answer", LIES.values(), ids=LIES)
def test_an_answer_of_a_child_that_was_taken_over_is_not_believed(answer):
    assert runner._read(answer) == Verdict(reason="unreadable")


def test_an_honest_answer_is_believed():
    head = b'{"reason": "", "signatures": 1, "pages": [13, 13]}\n'
    assert runner._read(head + PAGE + PAGE) == Verdict(pages=(PAGE, PAGE), signatures=1)


def test_the_child_sees_no_secret_and_is_confined(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    child(
        monkeypatch,
        "import os, sys; sys.argv = ['', '5']\n"
        "from workflows.attachments.inspection.child import confine; confine(5)\n"
        "import resource as r\n"
        "assert 'DATABASE_URL' not in os.environ and 'django' not in sys.modules\n"
        "assert r.getrlimit(r.RLIMIT_AS)[0] == 1 << 30 and r.getrlimit(r.RLIMIT_CPU)[0] == 5\n"
        "try: bytearray(2 << 30)\n"
        'except MemoryError: print(\'{"reason": "too_heavy", "signatures": 0, "pages": []}\')',
    )
    assert inspect(b"x").reason == "too_heavy"


def test_a_broken_file_is_refused_whatever_is_broken():
    """Some clean files with a few bytes changed: a verdict each time, and never more than pictures."""
    chance = random.Random(20261123)
    for name, verdict_of, times in (("jpeg", judge, 100), ("png", judge, 100), ("pdf signed", inspect, 30)):
        for _ in range(times):
            data = bytearray(FILES[name][0])
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            verdict = verdict_of(bytes(data))
            assert bool(verdict.reason) != bool(verdict.pages)
