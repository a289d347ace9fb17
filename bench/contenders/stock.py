"""Stock viewflow in a process, a project and a database of its own: nothing of the product weighs on it or helps it."""

import importlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any


@contextmanager
def running() -> Iterator[Callable]:
    """Inside, `ask(name, …)` calls that function of `bench.stock.work` in the other process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_set_up) as process:

        def ask(name: str, *args: Any) -> Any:
            return process.submit(_call, name, *args).result()

        ask("begin")
        try:
            yield ask
        finally:
            ask("end")


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.stock.settings"
    import django

    django.setup()


def _call(name: str, *args: Any) -> Any:
    return getattr(importlib.import_module("bench.stock.work"), name)(*args)
