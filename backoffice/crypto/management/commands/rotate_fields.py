"""`manage.py rotate_fields`: re-encrypt what is not under the primary keys; stop and start it as you like."""

from django.core.management.base import BaseCommand, CommandParser

from backoffice.crypto import rotation


class Command(BaseCommand):
    help = "Re-encrypt rows under the primary key, in batches, while the product runs (docs/crypto.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=1000, help="rows of one transaction")

    def handle(self, *args, **options) -> None:
        for field, done in rotation.rotate(options["batch"]):
            self.stdout.write(f"{field}: {done}")
        self.stdout.write(f"Under former keys: {rotation.left()}")
