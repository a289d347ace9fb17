"""Runs the tests as if it were another day: `make test-calendar`, or with ARGS=--whole every test without a browser.

One run for each moment, and one line for each run: the moment, how many tests passed, failed, were left out. The clock
is that of the tests, of the engines (the database's `now()` counts too) and of every process they start: libfaketime is
preloaded into all of them. It starts at the moment and goes on from there, the same in each process. The monotonic
clock is left alone: waiting takes as long as ever. Options that are not ours go to pytest (ARGS="--whole -n 2").
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

from backoffice.ops import engines
from backoffice.romania.calendar import BUCHAREST

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / "var" / "calendar"
# Where code that is right on most days goes wrong; the time is Bucharest's.
MOMENTS = {
    "2026-12-31 23:50": "the last minutes of the year",
    "2027-01-01 00:30": "a new year in Bucharest, the old one in UTC",
    "2027-03-28 02:50": "the night that jumps from 3:00 to 4:00",
    "2027-05-02 12:00": "Orthodox Easter, a Sunday",
    "2027-10-31 03:50": "the night that has 3:00 to 4:00 twice",
    "2028-02-29 12:00": "a day that most years lack",
}
WHOLE = ("2026-12-31 23:50", "2027-03-28 02:50", "2027-05-02 12:00", "2028-02-29 12:00")


def main() -> int:
    """Every chosen moment, one after the other; 0 when all of them passed."""
    parser = argparse.ArgumentParser(description="run the tests as if it were another day")
    parser.add_argument("--whole", action="store_true", help="every test without a browser, not only those of days")
    parser.add_argument("--at", action="append", metavar="MOMENT", help='only this one, e.g. "2026-12-31 23:50"')
    options, pytest_options = parser.parse_known_args()
    chosen = options.at or (WHOLE if options.whole else MOMENTS)
    marked = "not browser" if options.whole else "calendar and not browser"
    left_out = deselected(f"not ({marked})" if options.whole else "calendar and browser")
    with tempfile.TemporaryDirectory(prefix="calendar-") as folder:
        clock = library(folder)
        good = [run(moment, clock, marked, left_out, pytest_options) for moment in chosen]
    return 0 if all(good) else 1


def run(moment: str, clock: Path, marked: str, left_out: int, pytest_options: list[str]) -> bool:
    """The tests at one moment, with engines of their own; says how it went."""
    var_dir = RUNS / re.sub(r"\D", "", moment)
    shutil.rmtree(var_dir, ignore_errors=True)
    var_dir.mkdir(parents=True)
    report, log = var_dir / "report.xml", var_dir / "pytest.log"
    with log.open("w") as out:
        done = subprocess.run(
            [*PYTEST, "-m", marked, f"--junit-xml={report}", *pytest_options],
            cwd=ROOT,
            env=shifted(moment, clock) | {"VAR_DIR": str(var_dir)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    engines.wait_until_stopped(var_dir)
    for data in ("postgres", "valkey"):
        shutil.rmtree(engines.home(var_dir) / data, ignore_errors=True)
    if not report.exists():
        say(f"{moment}  did not run: {log}")
        return False
    [suite] = ElementTree.parse(report).getroot()  # noqa: S314  # pytest wrote it a moment ago
    failed = int(suite.get("failures")) + int(suite.get("errors"))
    skipped = int(suite.get("skipped"))
    say(
        f"{moment}  {int(suite.get('tests')) - failed - skipped:5} passed  {failed:3} failed  "
        f"{left_out + skipped:3} left out ({left_out} browser, {skipped} skipped)  {MOMENTS.get(moment, '')}"
    )
    for case in suite:
        if case.find("failure") is not None or case.find("error") is not None:
            say(f"    {case.get('classname')}::{case.get('name')}")
    return done.returncode == 0


PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]


def deselected(marked: str) -> int:
    """How many tests carry that mark and are not run here."""
    done = subprocess.run([*PYTEST, "--collect-only", "-m", marked], cwd=ROOT, capture_output=True, text=True)
    found = re.search(r"(\d+)(?:/\d+)? tests? collected", done.stdout)
    return int(found[1]) if found else 0


def shifted(moment: str, library: Path) -> dict[str, str]:
    """The environment of a process whose clock shows that moment now.

    An offset, not a moment: each process would start anew at a moment, and read it in a zone of its own.
    """
    at = datetime.fromisoformat(moment).replace(tzinfo=BUCHAREST).timestamp()
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{at - time.time():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_CACHE_DURATION": "1000000",  # seconds; the offset is read once in each process
    }
    clock = [sys.executable, "-c", "import time; time.sleep(0.1); print(time.time())"]
    shown = float(subprocess.run(clock, env=environment, capture_output=True, text=True, check=True).stdout)
    if abs(shown - at) > 30:
        raise SystemExit(f"The clock is not shifted: a process shows {datetime.fromtimestamp(shown, BUCHAREST)}.")
    return environment


def library(folder: str) -> Path:
    """A copy of the distribution's library that leaves the waiting calls to the C library.

    libfaketime 0.9.10, Debian 12's and Ubuntu 24.04's, gets two of them wrong: it mistakes a moment of the monotonic
    clock for one of the shifted clock (`time.sleep` fails), and a signal that arrives in `epoll_wait` is handled under
    the true clock (PostgreSQL's lock and statement timeouts never come). Under other names nobody calls them. Of its
    two builds this is the one without a mutex: a process that is forked while a thread holds it would wait for ever.
    """
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found:
        raise SystemExit("Install first: apt-get install libfaketime")
    content = found[0].read_bytes()
    for name in (b"clock_nanosleep", b"epoll_wait"):
        content = content.replace(b"\0%s\0" % name, b"\0_%s\0" % name[1:])
    copy = Path(folder) / found[0].name
    copy.write_bytes(content)
    os.chmod(folder, 0o755)  # noqa: S103  # PostgreSQL runs as another account when we are root
    return copy


def say(line: str) -> None:
    """A line at once, into a pipe too."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
