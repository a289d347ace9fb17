"""The product's settings, with a folder of its own for the engines."""

import os
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
os.environ.setdefault("ENVIRONMENT", "test")

from backoffice.settings import *  # noqa: E402, F403

LOGGING = {"version": 1, "disable_existing_loggers": True}
