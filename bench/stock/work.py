"""What stock viewflow is measured by; runs in its own process (bench/contenders/stock.py)."""

import re
from functools import cache

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from viewflow.workflow.models import Task

from bench import measure
from bench.measure import During, demand
from bench.statements import Cost
from bench.stock.flows import StockFlow
from bench.stock.models import HOUSES, StockProcess

TEXT = "x" * 1000
PAGE = 25
OPEN_SHARE = 8  # one task in eight is open
ROW = re.compile(r'<tr data-row-id="(\d+)"')
names: list[str] = []


def begin() -> None:
    """A database of its own."""
    names.append(connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False))


def end() -> None:
    """The database goes again."""
    connection.creation.destroy_test_db(names.pop(), verbosity=0)
    connection.close()


def milliseconds(work: str, times: int) -> float:
    """Measured here, so that what is said between the processes does not count."""
    return measure.milliseconds(globals()[work], times)


def costs(work: str, times: int) -> list[Cost]:
    """Counted by the rule by which the product is counted."""
    return measure.costs(globals()[work], times)


@cache
def clerk() -> User:
    """An ordinary account: it may see the flow, and works in one house of 43."""
    user = User.objects.create_user("clerk", password="x")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_stockprocess", "house_0"]))
    return user


@cache
def browser() -> Client:
    """The clerk's browser, logged in."""
    client = Client()
    client.force_login(clerk())
    return client


def pages(during: During) -> None:
    """Start, assign, review, assign, approve: five posts through viewflow's own pages."""
    _post(during, "start", "/stock/start/", text=TEXT, **{"_viewflow_activation-started": "2026-01-01"})
    process = StockProcess.objects.latest("pk")
    for step, field in (("review", "reviewed"), ("approve", "approved")):
        task = Task.objects.get(process=process, flow_task=getattr(StockFlow, step))
        place = f"/stock/{process.pk}/{step}/{task.pk}"
        _post(during, f"assign {step}", f"{place}/assign/")
        _post(during, step, f"{place}/execute/", **{field: "on"})
    _demand_done(process, "start")


def api(during: During) -> None:
    """The same through activations, without pages, sessions or forms."""
    with during("start"):
        process = StockFlow.begin.run(text=TEXT)
    for step, field in (("review", "reviewed"), ("approve", "approved")):
        with during(step):
            task = Task.objects.get(process=process, flow_task=getattr(StockFlow, step))
            with task.activation() as activation:
                activation.assign(clerk())
            with task.activation() as activation:
                setattr(activation.process, field, True)
                activation.process.save()
                activation.start(None)
                activation.execute()
    _demand_done(process, "begin")


def queue_page(during: During) -> None:
    """The first page of what is to take; each time, its rows must be the newest open tasks of the clerk's house."""
    with during("queue"):
        response = browser().get("/stock/queue/")
    demand(response.status_code, 200, "status of the queue")
    demand(ROW.findall(response.content.decode()), _newest(), "rows of the queue")


def fill_queue(total: int) -> None:
    """Bring the processes up to `total`, each with one task, spread over 43 houses, one in eight open."""
    clerk()
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "have": StockProcess.objects.filter(data__text="filled").count(),
                "total": total,
                "share": OPEN_SHARE,
                "houses": HOUSES,
            },
        )
        cursor.execute("vacuum analyze")
    _newest.cache_clear()
    demand(bool(_newest()), True, "the queue has rows")
    demand(Task.objects.filter(process__data__text="filled").count(), total, "tasks made")


FILL = """
with made as (insert into viewflow_process (flow_class, status, created, data)
              select 'stock/flows.StockFlow', 'NEW', now() - n * interval '1 second',
                     jsonb_build_object('text', 'filled', 'house', n %% %(houses)s, 'n', n)
              from generate_series(%(have)s + 1, %(total)s::int) n returning id, created, (data->>'n')::int as n)
insert into viewflow_task (
    flow_task, flow_task_type, status, created, finished, token, data, process_id, owner_permission)
select 'stock/flows.StockFlow.review', 'HUMAN',
       case when n / %(houses)s %% %(share)s = 0 then 'NEW' else 'DONE' end, created,
       case when n / %(houses)s %% %(share)s = 0 then null else now() end,
       'start', '{}', id, 'stock.house_' || n %% %(houses)s
from made
"""


@cache
def _newest() -> list[str]:
    open_tasks = Task.objects.filter(status="NEW", owner_permission="stock.house_0").order_by("-created")
    return [str(pk) for pk in open_tasks[:PAGE].values_list("pk", flat=True)]


def _post(during: During, stage: str, url: str, **answer: str) -> None:
    with during(stage):
        response = browser().post(url, answer)
    demand(response.status_code, 302, f"status of stock {stage}")


def _demand_done(process: StockProcess, start: str) -> None:
    process = StockProcess.objects.get(pk=process.pk)
    demand((process.status, process.reviewed, process.approved, process.text), ("DONE", True, True, TEXT), "stock case")
    tasks = Task.objects.filter(process=process).order_by("pk")
    path = [(task.flow_task.name, task.status, task.owner_id) for task in tasks]
    who = clerk().pk
    wanted = [("review", "DONE", who), ("approve", "DONE", who), ("issue", "DONE", None), ("end", "DONE", None)]
    demand((path[0][:2], path[1:]), ((start, "DONE"), wanted), "steps of the stock case")
