"""A whole case: our pages, stock viewflow's pages and API, and the least that SQL could do (performance.md stage 1)."""

import itertools
from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from viewflow.workflow.models import Task

from backoffice.accounts.models import User
from backoffice.jobs import queue
from bench.measure import interleaved, ratio, table
from bench.stock.flows import StockFlow
from workflows.models import Filing
from workflows.services import texts, decisions, filings
from tests.world import application, open_task, step_up
from enrolment.providers import demo
from workflows import procedures
from workflows.services.casefile import CaseFile
from backoffice.accounts.demo import make_people

DAY = date(2026, 11, 23)
TEXT = "x" * 1000
numbers = itertools.count(1)


def run(*, rounds: int) -> None:
    setup_test_environment()
    queue.publish = lambda job: True  # no worker listens here; issuing is measured by the crash goal, not by speed
    people = _people()
    contenders = {
        "ours, 7 posts (audit, registry, four eyes)": lambda: ours(people),
        "stock viewflow pages, 5 posts": lambda: stock_pages(people),
        "stock viewflow API": lambda: stock_api(people),
        "raw SQL, 7 commits": raw,
    }
    _raw_schema()
    results = interleaved(contenders, rounds=rounds, times=4)
    print("CASE: one whole case up to the last decision, test client, PostgreSQL with fsync")
    table(results)
    names = list(contenders)
    print(
        f"  BENCH case-vs-stock-pages {ratio(results, names[1], names[0])} x (target ≥ 1: ours is not slower than stock pages)"
    )
    print(f"  BENCH case-vs-stock-api   {ratio(results, names[0], names[2])} x the API alone, without pages")
    print(f"  BENCH case-vs-raw         {ratio(results, names[0], names[3])} x the least SQL")


def _people() -> dict[str, Client]:
    make_people()
    found = {}
    for name in ("furnizor", "functionar1", "sef1", "director1"):
        user = User.objects.get(email=f"{name}@demo.example.ro")
        client = Client()
        client.force_login(user)
        step_up(client)
        found[name] = client
        client.user = user
    return found


def ours(people: dict[str, Client]) -> None:
    """Submit, then take and decide three times: seven posts through our pages."""
    provider = people["furnizor"].user
    filing = filings.start_online(procedures.get("providers"), owner=provider)
    filings.save_draft(filing, content=application(uic=demo.fiscal_code(f"{10_000_000 + next(numbers)}0")))
    _expect(people["furnizor"].post(reverse("workflows:file_review", args=[filing.public_id])))
    case = Filing.objects.get(pk=filing.pk).cases.get()
    for name, answer in (
        ("functionar1", {"outcome": "approve"}),
        ("sef1", {"outcome": "agree"}),
        ("director1", {"outcome": "agree"}),
    ):
        task = open_task(case).pk
        _expect(people[name].post(reverse("workflows:claim", args=[task])))
        if name == "director1":
            case.refresh_from_db()
            answer |= {"text_sha256": texts.draft(CaseFile.of(case), CaseFile.of(case).proposal.outcome).sha256}
        _expect(people[name].post(reverse("workflows:execute", args=[task]), answer))


def stock_pages(people: dict[str, Client]) -> None:
    """Start, assign, review, assign, approve: five posts through viewflow's own pages."""
    client = people["functionar1"]
    _expect(client.post("/stock/stock/start/", {"text": TEXT, "_viewflow_activation-started": "2026-01-01"}))
    for _ in range(2):
        task = Task.objects.filter(flow_task_type="HUMAN", status="NEW", process__flow_class=StockFlow).latest("pk")
        place = f"/stock/stock/{task.process_id}/{task.flow_task.name}/{task.pk}"
        field = "reviewed" if task.flow_task.name == "review" else "approved"
        _expect(client.post(f"{place}/assign/"))
        _expect(client.post(f"{place}/execute/", {field: "on"}))


def stock_api(people: dict[str, Client]) -> None:
    """The same through activations, without pages, sessions or forms."""
    user = people["functionar1"].user
    process = StockFlow.begin.run(text=TEXT)
    for name in ("review", "approve"):
        task = Task.objects.get(process=process, flow_task=getattr(StockFlow, name))
        with task.activation() as step:
            step.assign(user)
        with task.activation() as step:
            setattr(step.process, "reviewed" if name == "review" else "approved", True)
            step.process.save()
            step.start(None)
            step.execute()


def _raw_schema() -> None:
    with connection.cursor() as cursor:
        cursor.execute("create table raw_case (id bigserial primary key, body jsonb, state text)")
        cursor.execute(
            "create table raw_task (id bigserial primary key, case_id bigint references raw_case, step text, owner bigint, done timestamptz)"
        )


def raw() -> None:
    """Seven commits: one case, three steps taken and done."""
    with connection.cursor() as cursor:
        cursor.execute(
            """with c as (insert into raw_case (body, state) values (jsonb_build_object('text', %s::text), 'review') returning id)
               insert into raw_task (case_id, step) select id, 'review' from c returning id, case_id""",
            [TEXT],
        )
        task, case = cursor.fetchone()
        for state in ("endorse", "sign", "issue"):
            cursor.execute("update raw_task set owner = 1 where id = %s and owner is null", [task])
            cursor.execute(
                """with d as (update raw_task set done = now() where id = %s and done is null returning case_id),
                        c as (update raw_case set state = %s from d where raw_case.id = d.case_id returning raw_case.id)
                   insert into raw_task (case_id, step) select id, %s from c returning id""",
                [task, state, state],
            )
            task = cursor.fetchone()[0]


def _expect(response) -> None:
    if response.status_code != 302:
        raise SystemExit(f"unexpected {response.status_code}: {response.content[:600]!r}")
