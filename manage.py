#!/usr/bin/env python
"""Entry point of the management commands; those that touch the database get one (see `backoffice/ops/engines.py`)."""

import contextlib
import os
import sys

WITHOUT_DATABASE = {
    "help",
    "version",
    "--version",
    "--help",
    "-h",
    "check",
    "up",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "diffsettings",
    "goals",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from backoffice.ops import engines

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    embedded = command not in WITHOUT_DATABASE and (settings.EMBEDDED_POSTGRES or settings.EMBEDDED_VALKEY)
    try:
        with engines.running(settings.VAR_DIR) if embedded else contextlib.nullcontext():
            execute_from_command_line(sys.argv)
    except engines.EngineError as problem:
        sys.exit(f"{problem}")
    finally:
        if embedded:
            engines.wait_until_stopped(settings.VAR_DIR, seconds=2)


if __name__ == "__main__":
    main()
