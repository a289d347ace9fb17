"""Direct SQL as every role on every table; the context of one request never reaches another over the pool."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from django.db import Error, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from backoffice.accounts import tenant
from backoffice.isolation import context, inspection, roles
from tests.isolation import matrix, probes
from tests.world import application, file_case
from workflows.models import Case

SEED = 20261124
REQUESTS = 50_000 if os.environ.get("SCALE") == "campaign" else 2_000


@pytest.fixture
def sides(people):
    """Two sides, every row behind row-level security, and those that belong to the other side alone."""
    before = {}
    world = matrix.build(people, between=lambda: before.update(probes.rows()))
    everything = probes.rows()
    theirs = probes.added(before, everything)
    memberships = everything["accounts_membership"]
    theirs["accounts_membership"] = {str(m.pk): memberships[str(m.pk)] for m in people.other_house.memberships.all()}
    return probes.contexts(world, people.house), theirs, everything


def test_tenant_isolation_sql(sides, goal):
    found, problems = probes.probe(*sides), inspection.problems(connection)
    goal(
        "tenant_isolation_sql",
        value=f"{len(found.leaks)} rows or writes of others in {found.probes} probes of {found.tables} tables "
        f"({found.refused} refused outright, {found.seen} own rows seen), {len(problems)} problems "
        f"{(found.leaks + problems)[:5] or ''}",
        target="0 of all tables, 0",
        ok=not found.leaks and not problems and found.tables >= 25 and found.seen > 100,
    )


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("alter table workflows_case disable row level security", "workflows_case does not force"),
        ("drop policy by_context on workflows_case", "policy by_context of workflows_case is missing"),
        (
            "create policy more on workflows_case using (true)",
            "policy more of workflows_case is in no room's isolation.py",
        ),
        ("grant delete on workflows_case to backoffice_web", "backoffice_web may delete workflows_case"),
        ("create table stray (house_id bigint)", "table stray is in no room's isolation.py"),
        ("create view loose as select * from workflows_case", "view loose reads past the policies"),
        (
            "create function loose() returns bigint language sql security definer as 'select 1::bigint'",
            "function loose() sees past the policies",
        ),
    ],
)
def test_tenant_isolation_sql_self_test_damage_is_seen(db, damage, said):
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert any(said in problem for problem in inspection.problems(connection))


def test_tenant_isolation_sql_self_test_an_open_table_leaks(sides):
    with connection.cursor() as cursor:
        cursor.execute("create policy more on workflows_case using (true)")
    assert any("workflows_case" in leak for leak in probes.probe(*sides).leaks)


@pytest.fixture
def pool(committed_people, settings):
    """Two committed cases in two houses, and a pool of two connections for everybody."""
    ours = file_case(committed_people.provider, name=matrix.CANARY["ours"])
    content = application(name=matrix.CANARY["theirs"], uic="98765438")
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ"}
    theirs = file_case(committed_people.provider, content=content)
    clients = {}
    for name, user in (("ours", committed_people.clerk), ("theirs", committed_people.stranger), (None, None)):
        clients[name] = Client()
        if user is not None:
            clients[name].force_login(user)
    options, kept = connection.settings_dict["OPTIONS"], connection.settings_dict["CONN_MAX_AGE"]
    options["pool"], connection.settings_dict["CONN_MAX_AGE"] = {"min_size": 2, "max_size": 2, "timeout": 60}, 0
    yield {"ours": (committed_people.clerk, ours), "theirs": (committed_people.stranger, theirs)}, clients
    connection.close_pool()
    del options["pool"]
    connection.settings_dict["CONN_MAX_AGE"] = kept
    connection.close()


def soak(pool, requests: int) -> tuple[int, int]:
    """Many short requests of both houses and of nobody, some broken: rows of the wrong house, and requests done."""
    sides, clients = pool
    wrong, done, lock = [0], [0], Lock()

    def one(number: int) -> None:
        chance = random.Random(SEED + number)
        side = chance.choice(["ours", "theirs", None])
        try:
            bad = by_page(clients, side) if number % 20 == 0 else by_hand(sides, side, chance)
        finally:
            connections["default"].close()
        with lock:
            wrong[0] += bad
            done[0] += 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(one, range(requests)))
    return wrong[0], done[0]


def by_page(clients, side) -> int:
    """The inbox as a client of that side: the other side's name must not be on it."""
    client = Client()
    client.cookies.load(clients[side].cookies.output(header="", sep=";"))
    shown = client.get(reverse("workflows:inbox") + "?lista=all").content.decode()
    return sum(canary in shown for name, canary in matrix.CANARY.items() if name != side)


def by_hand(sides, side, chance) -> int:
    """A transaction of that side, ended well, undone, broken by an error or by a statement that takes too long."""
    own = {sides[side][1].pk} if side else set()
    end = chance.choice(["well", "well", "undone", "error", "timeout"])
    bad = 0
    try:
        with context.tenant_transaction(roles.WEB):
            if side:
                tenant.enter_account(sides[side][0].pk)
            bad = len(set(Case.objects.values_list("pk", flat=True)) - own) + (
                side is not None and not Case.objects.exists()
            )
            with connection.cursor() as cursor:
                if end == "error":
                    cursor.execute("select 1 / 0")
                if end == "timeout":
                    cursor.execute("select set_config('statement_timeout', '1ms', true)")
                    cursor.execute("select pg_sleep(1)")
            if end == "undone":
                transaction.set_rollback(True)
    except Error:
        pass
    return bad


def test_tenant_isolation_pool(pool, goal):
    wrong, done = soak(pool, REQUESTS)
    goal(
        "tenant_isolation_pool",
        value=f"{wrong} rows of the wrong house in {done} alternating requests over 2 pooled connections, seed {SEED}",
        target=f"0 in {REQUESTS}",
        ok=wrong == 0 and done == REQUESTS,
    )


def test_tenant_isolation_pool_self_test_a_session_level_context_leaks(pool, monkeypatch):
    def for_the_session(account):
        context.run("select enter_account(%s)", [account])
        context.run("select set_config('app.houses', current_setting('app.houses'), false)")

    monkeypatch.setattr(tenant, "enter_account", for_the_session)
    monkeypatch.setattr(context, "NOTHING", "select 1")
    wrong, _ = soak(pool, 300)
    assert wrong > 0
