"""The product's settings with stock viewflow mounted beside it, for comparison only."""

import os
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
os.environ.setdefault("ENVIRONMENT", "test")

from backoffice.settings import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "viewflow", "bench.stock"]  # noqa: F405
ROOT_URLCONF = "bench.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
