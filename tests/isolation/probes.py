"""Direct SQL as every role on every table, in every context: what row-level security alone lets through."""

import uuid
from dataclasses import dataclass, field

from django.db import Error, connection, transaction

from backoffice.accounts import tenant
from backoffice.isolation import context, roles
from backoffice.isolation.rules import Rule, declarations
from backoffice.jobs.models import Job

VERBS = ("select", "insert", "update", "delete")


@dataclass
class Found:
    """What the probes saw."""

    probes: int = 0
    tables: int = 0
    refused: int = 0
    seen: int = 0
    leaks: list[str] = field(default_factory=list)


def rows() -> dict[str, dict[int, tuple]]:
    """Every row of every table behind row-level security, by its id, as the owner sees it."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(job_transaction()):
            key = key_of(table)
            cursor.execute(f'select "{key}"::text, t.* from {table} t')
            found[table] = {row[0]: row[1:] for row in cursor.fetchall()}
    return found


def job_transaction() -> list[str]:
    return [t for t in connection.introspection.table_names() if isinstance(declarations().rules.get(t), Rule)]


def key_of(table: str) -> str:
    with connection.cursor() as cursor:
        return connection.introspection.get_primary_key_column(cursor, table)


def added(before: dict, after: dict) -> dict[str, dict]:
    """The rows that came into being between two looks."""
    return {t: {k: r for k, r in after[t].items() if k not in before.get(t, {})} for t in after}


def contexts(world, house) -> dict[tuple[str, str], object]:
    """Who asks: each role without a context, and with every one it can have on our side."""
    job = Job.objects.create(
        kind="providers.issue",
        object_id=0,
        house=house.pk,
        dedupe_key=str(uuid.uuid4()),
        state="running",
        token=uuid.uuid4(),
    )
    everybody = [name for name in roles.BY_NAME if name != "owner"]
    return {(name, "nothing"): lambda: None for name in everybody} | {
        ("web", "clerk"): lambda: tenant.enter_account(world.principals["clerk"].pk),
        ("web", "filer"): lambda: tenant.enter_account(world.principals["filer"].pk),
        ("web", "role ended"): lambda: tenant.enter_account(world.principals["clerk whose role ended"].pk),
        ("worker", "job"): lambda: context.run("select enter_job(%s, %s)", [job.pk, job.token]),
        ("worker", "job of another claim"): lambda: context.run("select enter_job(%s, %s)", [job.pk, uuid.uuid4()]),
        ("report", "house"): lambda: context.run("select set_config('app.houses', %s, true)", [f"{{{house.pk}}}"]),
    }


def probe(asking: dict, theirs: dict[str, dict], everything: dict[str, dict]) -> Found:
    """Ask for, and write, the other side's rows in every way."""
    found = Found(tables=len(everything))
    for (name, label), enter in asking.items():
        blind = label in ("nothing", "role ended", "job of another claim")
        for table in everything:
            whole = getattr(declarations().rules[table], name, "") and name in ("sealer", "verifier")
            foreign = everything[table] if blind else theirs[table]
            if label == "role ended":
                foreign = theirs[table]
            if whole:
                continue
            for verb in VERBS:
                found.probes += 1
                outcome = attempt(roles.BY_NAME[name], enter, verb, table, foreign)
                if outcome is None:
                    found.refused += 1
                elif outcome:
                    found.leaks.append(f"{verb} {table} as {name} with {label}: {outcome} rows")
            if not blind:
                found.seen += attempt(roles.BY_NAME[name], enter, "select", table, everything[table]) or 0
    return found


def attempt(role: str, enter, verb: str, table: str, wanted: dict) -> int | None:
    """How many of the wanted rows the verb reached; None when it was refused outright."""
    try:
        with transaction.atomic():
            with context.tenant_transaction(role):
                enter()
                with connection.cursor() as cursor:
                    reached = STATEMENTS[verb](cursor, table, wanted)
            transaction.set_rollback(True)
            return reached
    except Error:
        return None


def _select(cursor, table, wanted):
    cursor.execute(f'select "{key_of(table)}"::text from {table}')
    return len({row[0] for row in cursor.fetchall()} & set(wanted))


def _insert(cursor, table, wanted):
    """A copy of somebody's row under a new key: the policies judge it before any unique constraint does."""
    if not wanted:
        return 0
    key, row = next(iter(wanted.items()))
    columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
    values = ["-7" if c == key_of(table) and str(key).isdecimal() else "%s" for c in columns]
    given = [v for c, v in zip(columns, row, strict=True) if values[columns.index(c)] == "%s"]
    names = ", ".join(f'"{c}"' for c in columns)
    cursor.execute(f"insert into {table} ({names}) overriding system value values ({', '.join(values)})", given)
    return cursor.rowcount


def _update(cursor, table, wanted):
    key = key_of(table)
    cursor.execute(f'update {table} set "{key}" = "{key}" where "{key}"::text = any(%s)', [list(wanted)])
    return cursor.rowcount


def _delete(cursor, table, wanted):
    cursor.execute(f'delete from {table} where "{key_of(table)}"::text = any(%s)', [list(wanted)])
    return cursor.rowcount


STATEMENTS = {"select": _select, "insert": _insert, "update": _update, "delete": _delete}
