"""`make bench`: speed as ratios inside one interleaved run (docs/bench.md). `--full` for the numbers that are quoted."""

import argparse
import os
import platform
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("group", nargs="?", choices=["walls", "case", "inbox"])
    parser.add_argument("--full", action="store_true", help="more rounds")
    options = parser.parse_args()

    from pathlib import Path

    import django
    from django.conf import settings
    from django.db import connection

    from backoffice.ops import engines

    print(
        f"{platform.node()}: {os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    with engines.running(Path(settings.VAR_DIR)):
        django.setup()
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            from bench import case, inbox, walls

            if options.group in (None, "walls"):
                walls.run(rounds=9 if options.full else 5)
            if options.group in (None, "case"):
                case.run(rounds=9 if options.full else 5)
            if options.group in (None, "inbox"):
                inbox.run(repeats=60 if options.full else 25)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
            connection.close()
    engines.wait_until_stopped(Path(settings.VAR_DIR))


if __name__ == "__main__":
    sys.exit(main())
