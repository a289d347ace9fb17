"""Sleeping under a shifted clock: read by every Python that `tests.calendar_runs` starts, because it is on their path.

Since 3.11 `time.sleep` waits for a moment of the monotonic clock; libfaketime 0.9.10, Debian 12's and Ubuntu 24.04's,
mistakes it for one of the shifted clock and the kernel answers EINVAL. `select` waits for a length of time.
"""

import select
import time


def sleep(seconds: float) -> None:
    """Wait that long."""
    select.select([], [], [], seconds)


time.sleep = sleep
