"""Whose rows a transaction sees: nothing without a context, then exactly what the row that entered it stands for."""

import uuid
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.db import Error, connection, transaction

from backoffice.accounts import tenant
from backoffice.accounts.models import Membership, Person, User
from backoffice.accounts.services import memberships
from backoffice.isolation import checks, context, inspection, roles
from backoffice.isolation.rules import Open, declarations
from backoffice.jobs import queue
from backoffice.jobs.models import Job
from tests.world import act, application, approved, file_case
from workflows.models import Assignment, Case, Decision, Filing, RegistryEntry

pytestmark = pytest.mark.calendar


@pytest.fixture
def two(people):
    """A case in each of two houses, both filed by the same provider."""
    content = application(name="CMI Dr. Oltean", uic="98765438")
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ"}
    return SimpleNamespace(
        people=people, here=file_case(people.provider), there=file_case(people.provider, content=content)
    )


def seen(enter=lambda: None, role=roles.WEB):
    """The ids of the cases that a transaction of that role sees in the context it enters."""
    with context.tenant_transaction(role):
        enter()
        return set(Case.objects.values_list("pk", flat=True))


def enter_job(job, token):
    context.run("select enter_job(%s, %s)", [job, token])


def as_account(user):
    return lambda: tenant.enter_account(user.pk)


def test_without_a_context_nobody_sees_anything(two):
    for role in (roles.WEB, roles.WORKER, roles.REPORT):
        assert seen(role=role) == set()
    with context.tenant_transaction(roles.WEB):
        for model in (User, Person, Membership, Filing, RegistryEntry, Decision, Assignment, Job):
            assert not model.objects.exists()


def test_a_house_sees_its_own_cases(two):
    assert seen(as_account(two.people.clerk)) == {two.here.pk}
    assert seen(as_account(two.people.stranger)) == {two.there.pk}


def test_a_filer_sees_what_they_filed_wherever_it_went(two):
    assert seen(as_account(two.people.provider)) == {two.here.pk, two.there.pk}


def test_a_role_that_ended_sees_nothing(two):
    memberships.end(two.people.clerk.memberships.get(), by=None)
    assert seen(as_account(two.people.clerk)) == set()


def test_a_deactivated_account_sees_nothing(two):
    User.objects.filter(pk=two.people.clerk.pk).update(is_active=False)
    assert seen(as_account(two.people.clerk)) == set()


def test_a_context_ends_with_its_transaction(two):
    assert seen(as_account(two.people.clerk))
    assert seen() == set()


def test_a_worker_sees_the_house_of_the_job_it_holds(two):
    approved(two.here, two.people)
    job = queue.claim(Job.objects.get(kind="providers.issue").public_id)
    assert seen(lambda: enter_job(job.pk, job.token), roles.WORKER) == {two.here.pk}
    assert seen(lambda: enter_job(job.pk, uuid.uuid4()), roles.WORKER) == set()


def test_an_applicant_acts_for_a_house_only_inside(two):
    with context.tenant_transaction(roles.WEB):
        tenant.enter_account(two.people.provider.pk)
        assert not Assignment.objects.exists()
        with context.acting_for([two.here.house_id]):
            assert [turn.case_id for turn in Assignment.objects.all()] == [two.here.pk]
        assert not Assignment.objects.exists()


def test_a_filer_never_sees_how_the_house_decided(two):
    act(two.here, two.people.clerk, outcome="approve")
    with context.tenant_transaction(roles.WEB):
        tenant.enter_account(two.people.provider.pk)
        assert Case.objects.get(pk=two.here.pk).state == "endorse"
        assert not Decision.objects.exists()


@pytest.mark.parametrize("role", [roles.WEB, roles.WORKER, roles.REPORT, roles.SEALER, roles.VERIFIER])
@pytest.mark.parametrize(
    "statement",
    [
        "alter table workflows_case disable row level security",
        "drop policy by_context on workflows_case",
        "alter table audit_event disable trigger user",
        "create table public.mine (id int)",
        "select job_claim(gen_random_uuid(), 1.0) from providers_enrolment, pg_shadow",
    ],
)
def test_no_log_in_can_switch_the_policies_off(db, role, statement):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role {role}")
        cursor.execute(statement)


@pytest.mark.parametrize("role", roles.LOGINS)
def test_no_log_in_makes_temporary_tables(db, role):
    """One named like a table of ours would otherwise be found first by a function with a careless search path."""
    with connection.cursor() as cursor:
        cursor.execute("select has_database_privilege(%s, current_database(), 'TEMPORARY')", [role])
        assert cursor.fetchone() == (False,)


def test_a_definer_function_that_finds_temporary_tables_first_is_noticed(db):
    with connection.cursor() as cursor:
        cursor.execute(f"set local role {roles.DEFINER}")
        cursor.execute("alter function case_in_houses(bigint) set search_path = pg_catalog, public")
        cursor.execute("reset role")
    assert [p for p in inspection.problems(connection) if "case_in_houses" in p]


def test_no_log_in_belongs_to_the_owner_or_is_the_definer(db):
    with connection.cursor() as cursor:
        for login in roles.LOGINS:
            for other in {roles.OWNER, *roles.ALL} - {login}:
                cursor.execute("select pg_has_role(%s, %s, 'member')", [login, other])
                assert cursor.fetchone() == (False,)


def test_a_table_without_a_rule_fails_the_check(monkeypatch):
    assert run_checks(tags=["models"]) == []
    monkeypatch.delitem(declarations().rules, "workflows_case")
    assert [problem.id for problem in checks.every_table_has_its_rule(None)] == ["isolation.E001"]


def test_a_table_of_a_house_without_a_policy_fails_the_check(monkeypatch):
    monkeypatch.setitem(declarations().rules, "workflows_case", Open("a mistake", web="s"))
    assert [problem.id for problem in checks.every_table_has_its_rule(None)] == ["isolation.E002"]


def test_a_process_starts_under_its_own_role_only():
    roles.demand("web", login=roles.WEB)
    roles.demand("beat", login=roles.WORKER)
    for process, login in (
        ("web", roles.OWNER),
        ("web", roles.WORKER),
        ("manage", roles.OWNER),
        ("worker", "postgres"),
    ):
        with pytest.raises(roles.WrongRole, match="PROCESS"):
            roles.demand(process, login=login)
