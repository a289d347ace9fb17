"""DEMO data: two houses, two people for each deciding role in one of them, cases in every stage. Safe to repeat."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workflows import demo


class Command(BaseCommand):
    help = "DEMO: people with known passwords and cases in every stage; refuses to run in production."

    def handle(self, *args, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people have known passwords: never in production.")
        self.stdout.write(f"{demo.seed()} demo cases made")
