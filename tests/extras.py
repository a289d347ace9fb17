"""Programs that some tests need and a machine may lack: those tests are then skipped, counted and said in one line.

With REQUIRE_ALL=1, as in the main run of CI, a skipped test fails. The list of what was skipped is
`$VAR_DIR/skipped.txt`.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = "chromium poppler-utils libnss3-tools softhsm2 gettext"


def browser() -> str:
    """The path of a Chromium; without one the test is skipped."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return found or pytest.skip("Chromium")


def needs(*programs: str) -> None:
    """Skip the test unless all these programs are here."""
    if missing := [name for name in programs if not shutil.which(name)]:
        pytest.skip(" and ".join(missing))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("REQUIRE_ALL") == "1":
        report.outcome, report.longrepr = "failed", f"{_reason(report)} is missing, and REQUIRE_ALL=1 skips no test"
    return report


def pytest_terminal_summary(terminalreporter):
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if not hasattr(r, "wasxfail")]
    folder = Path(os.environ["VAR_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "skipped.txt").write_text("".join(sorted(f"{r.nodeid}\n" for r in skipped)))
    if skipped:
        counted = ", ".join(f"{count} for want of {what}" for what, count in Counter(map(_reason, skipped)).items())
        terminalreporter.write_line(f"Skipped: {counted} (Debian: apt-get install {PACKAGES})")


def _reason(report):
    return report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "something"
