"""Named points at which tests may stop, fail or kill a process. In production they do nothing.

A point is armed by a file `<FAULTS_DIR>/<point>` that holds `kill`, `raise`, `stop` or `delay 2.5`; it fires once and
leaves `<point>.fired` with the id of the process.
"""

import os
import signal
import time
from pathlib import Path

_directory = os.environ.get("FAULTS_DIR")


class InjectedFault(Exception):
    """Raised at an armed point."""


def fault(point: str) -> None:
    """Do at `point` what a test has armed, once."""
    if _directory is None:
        return
    armed = Path(_directory) / point
    mine = armed.with_suffix(f".{os.getpid()}")
    try:
        armed.rename(mine)  # only one process gets it
    except FileNotFoundError:
        return
    action, _, seconds = mine.read_text().strip().partition(" ")
    mine.write_text(str(os.getpid()))
    mine.rename(armed.with_suffix(".fired"))
    if action == "raise":
        raise InjectedFault(point)
    if action == "delay":
        time.sleep(float(seconds))
    else:
        os.kill(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)
