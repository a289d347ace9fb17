"""What is sensitive asks for a proof not older than five minutes; roles end after a question."""

import time
from datetime import timedelta

import pytest
from allauth.account.internal.flows import login
from django.test import Client
from django.urls import reverse

from backoffice.accounts.demo import PASSWORD
from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from backoffice.romania import calendar
from tests.accounts.test_accounts import start
from tests.world import act, approved, open_task, run_jobs

pytestmark = pytest.mark.calendar


def asks_for_proof(answer):
    return answer.status_code == 302 and "reauthenticate" in answer.url


@pytest.fixture
def log_in(people):
    def typed(user):
        user.set_password(PASSWORD)
        User.objects.filter(pk=user.pk).update(password=user.password)
        client = Client()
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        return client

    return typed


def grow_old(client, seconds):
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - seconds}]
    session.save()


def test_a_fresh_log_in_is_proof_enough_and_an_old_one_is_not(people, log_in):
    client = log_in(people.administrator)
    assert client.get(reverse("accounts:people")).status_code == 200
    grow_old(client, 299)
    assert client.get(reverse("accounts:people")).status_code == 200
    grow_old(client, 301)
    assert asks_for_proof(client.get(reverse("accounts:people")))


def test_every_sensitive_act_asks_for_proof(people, browse, case):
    approved(case, people)
    run_jobs()
    second = Membership.objects.get(user=people.clerk)
    from tests.world import file_case

    other = file_case(people.provider, name="Alt cabinet", uic="98765438")
    act(other, people.clerk, outcome="approve")
    act(other, people.head, outcome="agree")
    sign = reverse("workflows:execute", args=[open_task(other).pk])
    acts = [
        (people.administrator, "post", reverse("accounts:people")),
        (people.administrator, "post", reverse("accounts:house_data")),
        (people.administrator, "post", reverse("accounts:end_role", args=[second.pk])),
        (people.director, "get", sign),
        (people.director, "post", sign),
        (people.clerk, "get", reverse("providers:hand_over", args=[case.public_id])),
        (people.provider, "post", reverse("providers:key", args=[case.public_id])),
        (people.provider, "post", reverse("mfa_activate_totp")),
        (people.provider, "post", reverse("mfa_generate_recovery_codes")),
    ]
    proofless = {user.pk: browse(user, fresh=False) for user, _method, _url in acts}
    passed = [
        (url, method) for user, method, url in acts if not asks_for_proof(getattr(proofless[user.pk], method)(url))
    ]
    assert passed == []
    added = proofless[people.provider.pk].post(reverse("account_email"), {"action_add": "", "email": "alta@example.ro"})
    assert asks_for_proof(added)


def test_a_new_password_asks_for_the_present_one_in_its_own_form(people, browse):
    people.provider.set_password(PASSWORD)
    people.provider.save()
    client = browse(people.provider, fresh=False)
    new = {"password1": "o parolă lungă 77", "password2": "o parolă lungă 77"}
    assert client.post(reverse("account_change_password"), new | {"oldpassword": "greșită"}).status_code == 200
    people.provider.refresh_from_db()
    assert people.provider.check_password(PASSWORD)


def test_staff_keep_their_header_on_account_and_step_up_pages(people, browse):
    names = ["account_email", "account_change_password", "mfa_index", "accounts:sessions", "account_reauthenticate"]
    for user, words in [(people.clerk, "CAS Constanța"), (people.provider, "Cererile mele")]:
        client = browse(user)
        for name in names:
            assert words in client.get(reverse(name)).content.decode(), name


def test_a_role_ends_after_a_question(people, browse):
    client = browse(people.administrator)
    membership = Membership.objects.get(user=people.clerk)
    url = reverse("accounts:end_role", args=[membership.pk])
    assert url in client.get(reverse("accounts:people")).content.decode()
    page = client.get(url).content.decode()
    assert "DINU Ana" in page
    assert Membership.objects.active_on(calendar.today()).filter(pk=membership.pk).exists()
    assert client.post(url).url == reverse("accounts:people")
    assert not Membership.objects.active_on(calendar.today()).filter(pk=membership.pk).exists()
    assert client.post(url).status_code == 404


def test_the_last_administrator_stays_until_there_is_another(people, browse):
    own = Membership.objects.get(user=people.administrator)
    client = browse(people.administrator)
    answer = client.post(reverse("accounts:end_role", args=[own.pk]))
    assert answer.status_code == 422
    assert "singurul administrator al casei" in answer.content.decode()
    start(people.head, people.house, Role.ADMINISTRATOR, by=people.administrator)
    memberships.end(own, by=people.administrator)
    with pytest.raises(memberships.NotPossible):
        memberships.end(Membership.objects.get(user=people.head, role=Role.ADMINISTRATOR), by=people.head)


def test_a_role_given_and_taken_back_twice_on_one_day_is_no_error(people):
    for _ in range(3):
        memberships.end(start(people.provider, people.house), by=people.administrator)
    assert not Membership.objects.active_on(calendar.today()).filter(user=people.provider).exists()
    memberships.end(start(people.provider, people.house, from_day=10), by=people.administrator)
    later = calendar.today() + timedelta(days=9)
    assert not Membership.objects.active_on(later).filter(user=people.provider).exists()


@pytest.mark.parametrize(
    ("from_day", "to_day", "role", "fits"),
    [
        (0, 10, Role.HEAD, True),
        (0, 20, Role.HEAD, True),
        (0, 21, Role.HEAD, False),
        (-6, 10, Role.HEAD, False),
        (0, 10, Role.DIRECTOR, False),
    ],
)
def test_a_stand_in_stays_inside_the_role_it_replaces(people, from_day, to_day, role, fits):
    replaced = Membership.objects.get(user=people.head)
    replaced.starts_on, replaced.ends_on = (calendar.today() + timedelta(days=n) for n in (-5, 20))
    replaced.save()
    if fits:
        start(people.clerk, people.house, role, from_day=from_day, to_day=to_day, stands_in_for=replaced)
        return
    with pytest.raises(memberships.NotPossible):
        start(people.clerk, people.house, role, from_day=from_day, to_day=to_day, stands_in_for=replaced)


def test_a_stand_in_works_in_the_house_of_the_role_it_replaces(people):
    with pytest.raises(memberships.NotPossible):
        start(people.clerk, people.other_house, stands_in_for=Membership.objects.get(user=people.head), to_day=5)


def test_a_stand_in_ends_with_the_role_it_replaces(people):
    replaced = Membership.objects.get(user=people.head)
    stand_in = start(people.clerk, people.house, stands_in_for=replaced, to_day=10)
    memberships.end(replaced, by=people.administrator)
    assert not Membership.objects.active_on(calendar.today()).filter(pk__in=[stand_in.pk, replaced.pk]).exists()
