"""Accounts, identities, roles from–to, stand-ins, second factor, the first administrator."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from backoffice.accounts import access
from backoffice.accounts.models import House, Membership, Person, User
from backoffice.accounts.roles import Can, Role
from backoffice.accounts.services import identities, memberships, persons
from backoffice.audit.models import Event
from backoffice.romania import calendar

pytestmark = pytest.mark.calendar

CNP = "2811103409027"


def start(user, house, role=Role.HEAD, *, by=None, from_day=0, to_day=None, **options):
    today = calendar.today()
    with transaction.atomic():
        return memberships.start(
            user=user,
            house=house,
            role=role,
            by=by,
            starts_on=today + timedelta(days=from_day),
            ends_on=None if to_day is None else today + timedelta(days=to_day),
            **options,
        )


def test_the_43_houses_are_there(db):
    assert House.objects.count() == 43
    assert House.objects.filter(county="").get().code == "CAS-OPSNAJ"
    assert [h.code for h in House.objects.all()[:3]] == ["CAS-AB", "CAS-AR", "CAS-AG"]


@pytest.mark.parametrize(
    ("from_day", "to_day", "holds"), [(0, None, True), (0, 0, True), (1, None, False), (-5, -1, False), (-5, 5, True)]
)
def test_a_role_holds_from_its_first_to_its_last_day(people, from_day, to_day, holds):
    start(people.provider, people.house, from_day=from_day, to_day=to_day)
    assert access.can(people.provider, Can.ENDORSE, people.house, "providers") is holds
    assert not access.can(people.provider, Can.ENDORSE, people.other_house, "providers")
    assert not access.can(people.provider, Can.SIGN, people.house, "providers")


def test_a_deactivated_account_holds_nothing(people):
    User.objects.filter(pk=people.head.pk).update(is_active=False)
    assert not access.can(people.head, Can.ENDORSE, people.house, "providers")


def test_one_role_is_given_once_per_day(people):
    with pytest.raises(IntegrityError, match="one_membership_per_role_and_day"):
        start(people.head, people.house, from_day=10, to_day=20)


def test_a_stand_in_has_an_end_and_four_eyes_stay(people, case):
    replaced = Membership.objects.get(user=people.head)
    with pytest.raises(IntegrityError, match="stand_in_has_an_end"):
        start(people.clerk, people.house, stands_in_for=replaced)
    start(people.clerk, people.house, stands_in_for=replaced, to_day=10)
    assert access.can(people.clerk, Can.ENDORSE, people.house, "providers")
    from tests.world import act
    from workflows.errors import Refused

    act(case, people.clerk, outcome="approve")
    with pytest.raises(Refused):
        act(case, people.clerk, outcome="agree")


def test_roles_are_given_by_the_administrator_of_the_house_only(people):
    start(people.provider, people.house, by=people.administrator)
    with pytest.raises(PermissionDenied):
        start(people.provider, people.other_house, by=people.administrator)
    with pytest.raises(PermissionDenied):
        start(people.provider, people.house, Role.DIRECTOR, by=people.head)
    second = User.objects.create_user("al.doilea@demo.example.ro", "x", person=people.administrator.person)
    for same_human in (people.administrator, second):
        with pytest.raises(PermissionDenied):
            start(same_human, people.house, Role.DIRECTOR, by=people.administrator)
    assert Event.objects.filter(code="membership.started", actor_user=people.administrator.pk).count() == 1


@pytest.mark.parametrize("from_day", [0, -3])
def test_a_role_that_is_ended_holds_no_longer_from_that_second(people, from_day):
    membership = start(people.provider, people.house, from_day=from_day)
    memberships.end(membership, by=people.administrator)
    assert not access.can(people.provider, Can.ENDORSE, people.house, "providers")


def test_one_human_is_one_person_whatever_the_account(people):
    again = persons.find_or_create(cnp="1750514139013", last_name="Alt", first_name="Nume")
    assert persons.find_or_create(cnp="1750514139013", last_name="X", first_name="Y") == again
    assert persons.find("1750514139013") == again
    assert Person.objects.get(pk=again.pk).cnp == "1750514139013"


def test_an_identity_is_said_once(people):
    with pytest.raises(identities.NotIdentified):
        identities.identify(people.provider, last_name="A", first_name="B", cnp=CNP, today=calendar.today())


def test_an_account_is_made_confirmed_and_used(db):
    client = Client()
    data = {"email": "medic.nou@example.ro", "password1": "o parolă lungă 77", "password2": "o parolă lungă 77"}
    assert client.post(reverse("account_signup"), data).status_code == 302
    before = client.post(reverse("account_login"), {"login": data["email"], "password": data["password1"]})
    assert "confirm-email" in before.url
    link = re.search(r"https?://[^/]+(/cont/confirm-email/\S+)", mail.outbox[0].body)[1]
    client.post(link)
    after = client.post(reverse("account_login"), {"login": data["email"], "password": data["password1"]})
    assert after.url == reverse("home")
    assert client.get(reverse("home")).url == reverse("workflows:mine")


def test_a_mail_server_that_is_down_is_no_error_page(db, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    data = {"email": "medic.nou@example.ro", "password1": "o parolă lungă 77", "password2": "o parolă lungă 77"}
    assert Client().post(reverse("account_signup"), data, follow=True).status_code == 200


def test_a_second_factor_is_asked_for_and_its_secret_is_sealed(people):
    from allauth.mfa.adapter import get_adapter

    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(people.director, secret)
    stored = Authenticator.objects.get(user=people.director).data["secret"]
    assert secret not in stored
    assert get_adapter().decrypt(stored) == secret
    User.objects.filter(pk=people.director.pk).update(password=people.director.password)
    people.director.set_password("parola-de-test-1")
    people.director.save()
    answer = Client().post(reverse("account_login"), {"login": people.director.email, "password": "parola-de-test-1"})
    assert "2fa" in answer.url


def test_the_first_administrator_is_made_by_a_command(db, monkeypatch):
    answers = iter(["o parolă lungă 77", CNP])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    call_command(
        "create_administrator",
        "admin@cas.example.ro",
        house="CAS-BV",
        last_name="Pop",
        first_name="Ana",
        stdout=StringIO(),
    )
    user = User.objects.get(email="admin@cas.example.ro")
    assert access.can(user, Can.MANAGE_PEOPLE, House.objects.get(code="CAS-BV"))
    assert user.person.full_name == "POP Ana"


@pytest.mark.parametrize(
    ("house", "answers"),
    [("CAS-XX", ["x", "x"]), ("CAS-BV", ["scurt", CNP]), ("CAS-BV", ["o parolă lungă 77", "1750514139014"])],
)
def test_a_wrong_answer_makes_no_administrator(db, monkeypatch, house, answers):
    given = iter(answers)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(given))
    with pytest.raises(CommandError), transaction.atomic():
        call_command("create_administrator", "admin@cas.example.ro", house=house, last_name="Pop", first_name="Ana")
    assert not User.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_next_never_leads_away(db, target):
    client = Client()
    user = User.objects.create_user("nou@demo.example.ro", "x")
    client.force_login(user)
    answer = client.post(
        reverse("accounts:identity"), {"last_name": "A", "first_name": "B", "cnp": CNP, "next": target}
    )
    assert answer.status_code == 302
    assert answer.url.startswith("/")
    assert not answer.url.startswith("//")
    assert client.post(reverse("set_language"), {"language": "en", "next": target}).url.startswith("/")


def test_the_sixth_wrong_password_is_refused_and_so_is_the_right_one(people):
    people.head.set_password("parola-de-test-1")
    people.head.save()
    client = Client()
    data = {"login": people.head.email, "password": "greșită"}
    for _ in range(6):
        answer = client.post(reverse("account_login"), data)
        assert answer.status_code == 200
    late = Client().post(reverse("account_login"), data | {"password": "parola-de-test-1"})
    assert late.status_code == 200
    assert "Prea multe încercări" in late.content.decode()


def test_a_code_that_belongs_to_somebody_else_is_refused_without_saying_whose(people):
    stranger = User.objects.create_user("strain@demo.example.ro", "x")
    for name in ("Neagu", "Fals"):
        with pytest.raises(identities.NotIdentified) as problem:
            identities.identify(
                stranger, last_name=name, first_name="Oana", cnp=people.administrator.person.cnp, today=calendar.today()
            )
        assert set(problem.value.errors) == {"cnp"}
        assert "Neagu" not in str(problem.value.errors)


@pytest.mark.parametrize("code", ["AB/CD", "7/23.11.2026", "<script>", "\x00", "a" * 5000])
def test_an_odd_code_is_an_unknown_act(db, code):
    assert Client().get(reverse("notifications:verify_any"), {"cod": code}).status_code == 404
