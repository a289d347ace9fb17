"""`manage.py seal_log`: signs the state of the log every minute; a process of its own with a key that only it reads."""

import logging
import time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection

from backoffice.audit import checkpoints

logger = logging.getLogger(__name__)
PAUSE = 60


class Command(BaseCommand):
    help = "Check what is new in the log and sign it, every minute; --once for one pass, --public-key to print the key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true")
        parser.add_argument(
            "--public-key", action="store_true", help="print the public key that goes with the key file"
        )

    def handle(self, *args, **options) -> None:
        if options["public_key"]:
            self.stdout.write(checkpoints.public_key_pem(), ending="")
        elif options["once"]:
            try:
                made = checkpoints.seal_all()
            except checkpoints.Broken as problem:
                raise CommandError(f"LOG NOT SEALED: {problem}") from None
            self.stdout.write(f"{len(made)} checkpoints")
        else:
            while True:
                self.one_pass()
                time.sleep(PAUSE)

    def one_pass(self) -> None:
        """A broken log is said at every pass, until somebody has looked; a database that is away is waited for."""
        try:
            checkpoints.seal_all()
        except checkpoints.Broken as problem:
            logger.critical("LOG NOT SEALED: %s", problem)
        except OperationalError as problem:
            logger.warning("log not sealed, database: %s", type(problem).__name__)
            connection.close()
