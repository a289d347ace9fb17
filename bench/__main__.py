"""`make bench`: the product's speed beside others', as ratios inside one interleaved run (docs/bench.md)."""

import argparse
import contextlib
import os
import platform
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

GROUPS = ("isolation", "case", "inbox")


@dataclass(frozen=True)
class Size:
    """How long the bench looks: rounds, runs of a case and of a page in each, and numbers of cases in the inbox."""

    rounds: int
    cases: int
    pages: int
    inboxes: tuple[int, int]


FULL = Size(rounds=9, cases=4, pages=20, inboxes=(10_000, 100_000))
USUAL = Size(rounds=5, cases=4, pages=10, inboxes=(10_000, 100_000))
SMOKE = Size(rounds=1, cases=1, pages=2, inboxes=(2_000, 4_000))


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("group", nargs="?", choices=GROUPS)
    parser.add_argument("--full", action="store_true", help="more rounds: the figures that are quoted")
    parser.add_argument("--smoke", action="store_true", help="every group once, at tiny sizes: does the bench work?")
    parser.add_argument("--profile", action="store_true", help="list the statements of a whole case by shape")
    options = parser.parse_args()
    size = FULL if options.full else SMOKE if options.smoke else USUAL
    start = time.monotonic()
    with product(), contextlib.ExitStack() as stack:
        from bench import case, inbox, isolation
        from bench.contenders import ours, stock

        print(machine())
        stack.enter_context(ours.no_worker_listens())
        team = ours.team()
        ask = stack.enter_context(stock.running())
        groups = {
            "isolation": lambda: isolation.run(size, team),
            "case": lambda: case.run(size, team, ask, profile=options.profile),
            "inbox": lambda: inbox.run(size, team, ask),
        }
        for name in [options.group] if options.group else GROUPS:
            groups[name]()
    print(f"bench: {time.monotonic() - start:.0f} s, load {os.getloadavg()[0]:.1f} at the end")


@contextlib.contextmanager
def product():
    """The product's own engines and an empty database of the product."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    warnings.filterwarnings("ignore", "No directory at", UserWarning)  # no static files were collected
    import django
    from django.conf import settings
    from django.db import connection

    from backoffice.ops import engines

    var_dir = Path(settings.VAR_DIR)
    with engines.running(var_dir) if settings.EMBEDDED_POSTGRES else contextlib.nullcontext():
        django.setup()
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
            connection.close()
    engines.wait_until_stopped(var_dir)


def machine() -> str:
    """What the times depend on."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    cpus = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in cpus.splitlines() if line.startswith("model name")), "")
    return (
        f"{os.cpu_count()} cores {model or platform.machine()}, Python {platform.python_version()}, "
        f"PostgreSQL {version} with fsync {fsync}, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
