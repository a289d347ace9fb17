"""A test that lacks a program is skipped and said; where everything must run it fails."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

TEST = "from tests import extras\ndef test_one():\n    extras.needs('no-such-program')\n"


@pytest.mark.parametrize(
    ("require_all", "code", "said"),
    [
        ("", 0, "Skipped: 1 for want of no-such-program"),
        ("1", 1, "no-such-program is missing, and REQUIRE_ALL=1 skips no test"),
    ],
)
def test_what_a_machine_lacks(tmp_path, require_all, code, said):
    (tmp_path / "test_one.py").write_text(TEST)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.extras", "-p", "no:django", "test_one.py"],
        cwd=tmp_path,
        env=os.environ | {"REQUIRE_ALL": require_all, "VAR_DIR": str(tmp_path), "PYTHONPATH": str(settings.BASE_DIR)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout
    assert (tmp_path / "skipped.txt").read_text() == ("" if require_all else "test_one.py::test_one\n")
