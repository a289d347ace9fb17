"""`manage.py migrate`, but no migration makes the product wait: it gives up a lock after two seconds."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connection

LOCK_TIMEOUT = "2s"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """A lock that is not to be had ends the command; whoever runs it tries again. The connection is its own."""
        with connection.cursor() as cursor:
            cursor.execute("select set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        try:
            super().handle(*args, **options)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("reset lock_timeout")
