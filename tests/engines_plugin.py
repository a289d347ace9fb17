"""Gives the tests engines of their own, away from the demo's data, unless DATABASE_URL and REDIS_URL name servers."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("VAR_DIR", str(ROOT / "var" / "test"))
os.environ.setdefault("ENVIRONMENT", "test")
os.environ.setdefault("EXTRA_PROCEDURES", "tests.toy")  # a second procedure, in all processes of tests
os.environ.setdefault("ENGINES_FSYNC", "off")  # a power cut loses nothing here but a test run
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread that asks the database

_stack = ExitStack()


def pytest_configure(config):
    from backoffice.ops import engines

    if "DATABASE_URL" not in os.environ or "REDIS_URL" not in os.environ:
        try:
            _stack.enter_context(engines.running(Path(os.environ["VAR_DIR"])))
        except engines.EngineError as problem:
            pytest.exit(str(problem), returncode=3)


def pytest_unconfigure(config):
    _stack.close()
