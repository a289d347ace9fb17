"""Named points at which tests may stop, fail or kill a process (security.md R9). In production they do nothing.

A point is armed by a file `<FAULTS_DIR>/<point>` that holds `kill`, `raise` or `stop`; it fires once.
"""

import os
import signal
from pathlib import Path

_directory = os.environ.get("FAULTS_DIR")


class InjectedFault(Exception):
    """Raised at an armed point."""


def fault(point: str) -> None:
    """Do at `point` what a test has armed, once."""
    if _directory is None:
        return
    armed = Path(_directory) / point
    try:
        action = armed.read_text().strip()
        armed.rename(armed.with_suffix(".fired"))
    except FileNotFoundError:
        return
    if action == "raise":
        raise InjectedFault(point)
    os.kill(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)
