"""DEMO people and their log-ins; synthetic persons (CNP serials from 900 up). Never used in production."""

from dataclasses import dataclass
from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships, persons

PASSWORD = "demo-parola-2026"  # DEMO credential, shown on the demo's log-in page


@dataclass(frozen=True)
class DemoLogin:
    """One account of the demo: staff of a house, or a provider when `house` is empty."""

    email: str
    last_name: str
    first_name: str
    cnp: str
    house: str = ""
    role: Role | None = None

    @property
    def label(self) -> str:
        """What this log-in is for, on the log-in page."""
        return f"{self.role.label}, {self.house}" if self.role else "Furnizor"


LOGINS = (
    DemoLogin("furnizor@demo.example.ro", "Popa", "Ilinca", "2850309419003"),
    DemoLogin("functionar1@demo.example.ro", "Dinu", "Ana", "2800101139012", "CAS-CT", Role.CLERK),
    DemoLogin("functionar2@demo.example.ro", "Marin", "Radu", "1800202139025", "CAS-CT", Role.CLERK),
    DemoLogin("jurist1@demo.example.ro", "Sava", "Irina", "2800303139031", "CAS-CT", Role.LEGAL_ADVISER),
    DemoLogin("jurist2@demo.example.ro", "Tudor", "Pavel", "1800404139044", "CAS-CT", Role.LEGAL_ADVISER),
    DemoLogin("sef1@demo.example.ro", "Nistor", "Elena", "2800505139050", "CAS-CT", Role.HEAD),
    DemoLogin("sef2@demo.example.ro", "Barbu", "Mihai", "1800606139063", "CAS-CT", Role.HEAD),
    DemoLogin("director1@demo.example.ro", "Albu", "Sorina", "2800707139071", "CAS-CT", Role.DIRECTOR),
    DemoLogin("director2@demo.example.ro", "Preda", "Victor", "1800808139082", "CAS-CT", Role.DIRECTOR),
    DemoLogin("administrator@demo.example.ro", "Neagu", "Oana", "2800909139099", "CAS-CT", Role.ADMINISTRATOR),
    DemoLogin("functionar@cj.demo.example.ro", "Rusu", "Dan", "1801010129101", "CAS-CJ", Role.CLERK),
    DemoLogin("director@cj.demo.example.ro", "Man", "Corina", "2801111129118", "CAS-CJ", Role.DIRECTOR),
)


@transaction.atomic
def make_people() -> dict[str, User]:
    """The demo accounts, their persons and roles, made when missing; by the part of the address before the domain."""
    known = set(User.objects.values_list("email", flat=True))
    password = make_password(PASSWORD)  # hashed once: a dozen slow hashes would only delay the first page
    for login in LOGINS:
        if login.email not in known:
            _account(login, password)
    _enter_house_data()
    found = User.objects.select_related("person").filter(email__in=[login.email for login in LOGINS])
    return {user.email.removesuffix(".demo.example.ro").removesuffix("@demo.example.ro"): user for user in found}


def _enter_house_data() -> None:
    """What the houses of the demo say of themselves: marked as DEMO, and a fiscal code that nobody bears."""
    for code, fiscal_code in {"CAS-CT": "1000009", "CAS-CJ": "1000017"}.items():
        house = House.objects.get(code=code)
        address = f"{code.lower()}@demo.example.ro"
        House.objects.filter(pk=house.pk, full_name="").update(
            full_name=house.usual_name,
            street="Str. Exemplului (DEMO) nr. 1",
            postal_code="900001",
            locality=house.seat,
            fiscal_code=fiscal_code,
            phone="0200 000 000",
            email=address,
            court=house.usual_court,
            data_protection_email=f"dpo.{address}",
        )


def _account(login: DemoLogin, password: str) -> User:
    user = User.objects.create(
        email=login.email,
        password=password,
        person=persons.find_or_create(cnp=login.cnp, last_name=login.last_name, first_name=login.first_name),
    )
    EmailAddress.objects.create(user=user, email=login.email, verified=True, primary=True)
    if login.role:
        house = House.objects.get(code=login.house)
        memberships.start(user=user, house=house, role=login.role, starts_on=date(2026, 1, 1), by=None)
    return user
