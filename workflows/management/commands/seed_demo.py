"""DEMO data: two houses, two people for each deciding role in one of them, cases in every stage. Safe to repeat."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.accounts import demo
from workflows import procedures


class Command(BaseCommand):
    help = "DEMO: people with known passwords and cases in every stage; refuses to run in production."

    def handle(self, *args, **options) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo people have known passwords: never in production.")
        people = demo.make_people()
        in_order = sorted(procedures.every(), key=lambda procedure: procedure.follows)  # first what others follow
        made = sum(procedure.demo(people) for procedure in in_order)
        self.stdout.write(f"{made} demo cases made")
