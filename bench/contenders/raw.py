"""The least that SQL could do for the same steps: seven commits, no history, nobody asked who they are."""

from django.db import connection

from bench.measure import During, demand

TEXT = "x" * 1000


def make_tables() -> None:
    """Two plain tables without policies."""
    with connection.cursor() as cursor:
        cursor.execute("create table raw_case (id bigserial primary key, body jsonb, state text)")
        cursor.execute(
            "create table raw_task (id bigserial primary key, case_id bigint references raw_case, step text, "
            "owner bigint, done timestamptz)"
        )


def case(during: During) -> None:
    """Seven commits: one case, three steps taken and done."""
    with connection.cursor() as cursor:
        with during("file"):
            cursor.execute(
                "with c as (insert into raw_case (body, state) "
                "           values (jsonb_build_object('text', %s::text), 'review') returning id) "
                "insert into raw_task (case_id, step) select id, 'review' from c returning id, case_id",
                [TEXT],
            )
            task, made = cursor.fetchone()
        for state in ("endorse", "sign", "issue"):
            with during(state):
                cursor.execute("update raw_task set owner = 1 where id = %s and owner is null", [task])
                cursor.execute(
                    "with d as (update raw_task set done = now() where id = %s and done is null returning case_id), "
                    "     c as (update raw_case set state = %s from d "
                    "           where raw_case.id = d.case_id returning raw_case.id) "
                    "insert into raw_task (case_id, step) select id, %s from c returning id",
                    [task, state, state],
                )
                task = cursor.fetchone()[0]
        cursor.execute("select state from raw_case where id = %s", [made])
        demand(cursor.fetchone()[0], "issue", "state of the raw case")
        cursor.execute("select step, owner, done is not null from raw_task where case_id = %s order by id", [made])
        wanted = [("review", 1, True), ("endorse", 1, True), ("sign", 1, True), ("issue", None, False)]
        demand(cursor.fetchall(), wanted, "steps of the raw case")
