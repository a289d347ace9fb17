"""The first real administrator of a house: account, person and role in one go (docs/running.md)."""

import getpass

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import identities, memberships
from backoffice.romania.calendar import today


class Command(BaseCommand):
    help = "Create the first administrator of a house; asks for the password and the CNP, so that no shell keeps them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--house", required=True, help="house code, for example CAS-CT")
        parser.add_argument("--last-name", required=True)
        parser.add_argument("--first-name", required=True)

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        house = House.objects.filter(code=options["house"]).first()
        if house is None:
            raise CommandError(f"There is no house {options['house']}; codes look like CAS-CT.")
        if User.objects.filter(email__iexact=options["email"]).exists():
            raise CommandError("There is an account with this address already.")
        password, cnp = getpass.getpass("Password: "), getpass.getpass("CNP: ")
        try:
            validate_password(password)
            user = User.objects.create_user(options["email"], password)
            identities.identify(
                user, last_name=options["last_name"], first_name=options["first_name"], cnp=cnp, today=today()
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        except identities.NotIdentified as problem:
            raise CommandError(" ".join(problem.errors.values())) from None
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        memberships.start(user=user, house=house, role=Role.ADMINISTRATOR, starts_on=today(), by=None)
        self.stdout.write(f"{user.email} is administrator of {house} from today.")
