"""The inbox at 10,000 and 100,000 tasks, beside stock viewflow's queue page over its own tasks (performance.md stage 1)."""

from django.db import connection
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import House, User
from backoffice.accounts.roles import Can
from backoffice.accounts.services import persons
from bench.measure import interleaved, ratio, table
from enrolment.providers import demo

OPEN_SHARE = 8  # one task in eight is open
GUARDED = ("workflows_registryentry", "workflows_registrycounter", "viewflow_task", "viewflow_process")


def run(*, repeats: int) -> None:
    make_people()
    User.is_superuser = True  # stock pages ask for it; ours never do
    clerk = User.objects.get(email="functionar1@demo.example.ro")
    client = Client()
    client.force_login(clerk)
    ours = reverse("workflows:inbox") + "?lista=take"
    print("INBOX: first page of the queue `to take`, one house of 43, test client")
    seen = {}
    for total in (10_000, 100_000):
        generate(total)
        results = interleaved(
            {"ours": lambda: _get(client, ours), "stock viewflow queue": lambda: _get(client, "/stock/stock/queue/")},
            rounds=5,
            times=max(1, repeats // 10),
        )
        print(
            f"  at {total} tasks ({len(_get(client, ours)) // 1024} KiB and {len(_get(client, '/stock/stock/queue/')) // 1024} KiB of HTML)"
        )
        table(results)
        print(
            f"  BENCH inbox-vs-stock-{total} {ratio(results, 'stock viewflow queue', 'ours')} x (target ≥ 50 at 1,000,000)"
        )
        seen[total] = results["ours"]
    growth = sorted(seen[100_000])[2] / sorted(seen[10_000])[2]
    print(f"  BENCH inbox-growth {growth:.2f} x from 10,000 to 100,000 tasks (target ≤ 1.2)")


def generate(total: int) -> None:
    """Bring the number of tasks up to `total`, half ours and half stock's, spread over all houses; one in eight is open."""
    have = _count()
    person = persons.find_or_create(cnp="1750514139013", last_name="Bench", first_name="B")
    owner = User.objects.filter(email="bench@example.ro").first() or User.objects.create_user(
        "bench@example.ro", "x", person=person
    )
    houses = House.objects.exclude(county="").count()
    first = House.objects.exclude(county="").order_by("pk").first()
    with connection.cursor() as cursor:
        for table_name in GUARDED:
            cursor.execute(f"alter table {table_name} disable trigger user")
        cursor.execute(
            SQL,
            {
                "have": have,
                "n": total - have,
                "owner": owner.pk,
                "houses": houses,
                "first": first.pk,
                "right": str(Can.REVIEW),
                "share": OPEN_SHARE,
            },
        )
        for table_name in GUARDED:
            cursor.execute(f"alter table {table_name} enable trigger user")
        cursor.execute("analyze")


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from viewflow_task")
        return cursor.fetchone()[0]


def _get(client: Client, url: str) -> bytes:
    response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{url}: {response.status_code}")
    return response.content


SQL = """
with numbers as (select n, (n %% %(houses)s) + %(first)s as house, n %% %(share)s = 0 as is_open
                 from generate_series(%(have)s + 1, %(have)s + %(n)s / 2) n),
filing as (insert into workflows_filing (public_id, owner_id, channel, reference, content, content_sha256, as_written)
           select gen_random_uuid(), %(owner)s, 'online', '', '', 'x', '[]' from numbers returning id),
f as (select id, row_number() over () as k from filing),
entry as (insert into workflows_registryentry (house_id, year, number, day, kind)
          select house, 2026, n + 1000000, '2026-11-23', 'entry' from numbers returning id, house_id),
e as (select id, house_id, row_number() over () as k from entry),
process as (insert into viewflow_process (flow_class, status, created, data)
            select 'workflows/flows.EnrolmentFlow', 'NEW', now(), '{}' from numbers returning id),
p as (select id, row_number() over () as k from process),
cases as (insert into workflows_case (public_id, filing_id, house_id, entry_id, state, round, version, provider_uic,
                                      provider_name, search_key, filed_on, due_on, decided_at)
          select gen_random_uuid(), f.id, e.house_id, e.id, case when k %% %(share)s = 0 then 'review' else 'approved' end, 1, 1,
                 '12345674', 'Cabinet ' || k, 'cabinet ' || k, '2026-11-23', date '2026-12-01' + (k %% 60)::int,
                 case when k %% %(share)s = 0 then null else now() end
          from f join e using (k) returning id, house_id, due_on, state),
c as (select *, row_number() over () as k from cases),
task as (insert into viewflow_task (flow_task, flow_task_type, status, created, finished, token, data, process_id, owner_permission)
         select 'workflows/flows.EnrolmentFlow.review', 'HUMAN', case when c.state = 'review' then 'NEW' else 'DONE' end, now(),
                case when c.state = 'review' then null else now() end, 'start', '{}', p.id, 'enrolment.review@x'
         from p join c using (k) returning id, process_id),
turn as (insert into workflows_assignment (case_id, process_id, house_id, task_id, step, "right", since, due_on)
         select c.id, p.id, c.house_id, case when c.state = 'review' then t.id end,
                case when c.state = 'review' then 'review' else '' end, %(right)s, now(), c.due_on
         from c join p using (k) join task t on t.process_id = p.id returning 1),
stock_process as (insert into viewflow_process (flow_class, status, created, data)
                  select 'stock/flows.StockFlow', 'NEW', now(), '{"text": "x"}' from numbers returning id)
insert into viewflow_task (flow_task, flow_task_type, status, created, finished, token, data, process_id)
select 'stock/flows.StockFlow.review', 'HUMAN', case when row_number() over () %% %(share)s = 0 then 'NEW' else 'DONE' end, now(),
       case when row_number() over () %% %(share)s = 0 then null else now() end, 'start', '{}', id
from stock_process
from backoffice.accounts.demo import make_people
"""
