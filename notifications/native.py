"""Shared libraries that were unpacked under `var/native` because the system has none (backoffice/ops/install.py)."""

import contextlib
import ctypes
import os
from functools import cache
from pathlib import Path


@cache
def load(folder: Path) -> None:
    """Load every library of the folder into this process, so that WeasyPrint finds it by its name.

    A library loads once those it needs are there: what fails is tried again as long as something new has loaded.
    """
    if not folder.exists():
        return
    os.environ.setdefault("FONTCONFIG_FILE", str(folder.resolve() / "fonts.conf"))
    waiting = sorted({path.resolve() for path in folder.glob("**/lib/*-linux-gnu/lib*.so.*")})
    while waiting:
        still = [path for path in waiting if not _loads(path)]
        if still == waiting:
            return  # what nobody needs; what somebody needs WeasyPrint asks for by name, and complains
        waiting = still


def _loads(path: Path) -> bool:
    with contextlib.suppress(OSError):
        ctypes.CDLL(str(path))
        return True
    return False
