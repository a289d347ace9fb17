"""Bring a database's roles, functions, guards, grants and policies to what the rooms declare; safe to repeat."""

import hashlib

from django.db import ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from backoffice.isolation import guards, roles
from backoffice.isolation.rules import Open, Rule, declarations

VERBS = {"s": "select", "i": "insert", "u": "update", "d": "delete"}


class NotInstalled(Exception):
    """Row-level security cannot be installed; the message says what the database's administrator has to run."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Install everything. Raises `NotInstalled`."""
    _ensure_roles(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in [
            *filter(None, statements(connection)),
            f"comment on schema public is 'row-level security {fingerprint(connection)}'",
        ]:
            cursor.execute(statement)


def fingerprint(connection: BaseDatabaseWrapper) -> str:
    """What should stand, as one digest: what the rooms declare, and the tables it applies to."""
    return hashlib.sha256("\n".join(statements(connection)).encode()).hexdigest()[:32]


def standing(connection: BaseDatabaseWrapper) -> str:
    """The digest of what was installed last."""
    with connection.cursor() as cursor:
        cursor.execute("select obj_description('public'::regnamespace)")
        return (cursor.fetchone()[0] or "").removeprefix("row-level security ")


def statements(connection: BaseDatabaseWrapper) -> list[str]:
    """The whole installation as SQL; each part may be run again."""
    declared = declarations()
    there = set(connection.introspection.table_names())
    parts = [_SCHEMA, *_functions(), *_guards(there), *_rights()]
    for table in sorted(there & set(declared.rules)):
        rule = declared.rules[table]
        if isinstance(rule, Rule):
            parts.append(_policy(table, rule))
        parts.append(_grants(table, rule))
    return parts


_LOGINS = ", ".join(roles.LOGINS)
_SCHEMA = f"""
revoke create on schema public from public;
do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;
grant usage on schema public to {_LOGINS};
grant usage, create on schema public to {roles.DEFINER};
grant select, insert, update, delete on all tables in schema public to {roles.DEFINER};
grant usage on all sequences in schema public to {roles.DEFINER};
"""


def _functions() -> list[str]:
    """The functions of all rooms; those `security definer` belong to the definer role, which sees all rows."""
    bodies = "\n".join(declarations().functions)
    return [
        f"set local role {roles.DEFINER}; set local check_function_bodies = off; {bodies}; reset role",
        guards.SHARED,
    ]


def _guards(there: set[str]) -> list[str]:
    """The guards' own functions, then their triggers."""
    found = [guard for guard in guards.registered() if guard.table in there]
    seeing = "; ".join(guard.function_sql for guard in found if guard.sees_all and guard.body)
    return [
        f"set local role {roles.DEFINER}; set local check_function_bodies = off; {seeing}; reset role"
        if seeing
        else "",
        *[guard.function_sql for guard in found if guard.body and not guard.sees_all],
        _drop_others(there & guards.guarded_tables(), found),
        *[guard.trigger_sql for guard in found],
    ]


def _drop_others(tables: set[str], found: list[guards.Guard]) -> str:
    """A guard that its model no longer has, or calls otherwise, goes."""
    known = ", ".join(f"('{guard.table}', '{guard.name}')" for guard in found)
    among = ", ".join(f"'{table}'" for table in sorted(tables))
    return f"""do $$ declare other record; begin
        for other in select relname, tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
                where not tgisinternal and relnamespace = 'public'::regnamespace and relname in ({among})
                and (relname, tgname) not in (values {known}) loop
            execute format('drop trigger %I on %I', other.tgname, other.relname);
        end loop;
    end $$"""


def _rights() -> list[str]:
    """Everybody may execute a definer function, but those that a room keeps for some roles."""
    execute = declarations().execute
    limited = "|".join(execute)
    return [
        f"set local role {roles.DEFINER}",
        _for_each(
            "proowner = current_user::regrole",
            f"revoke all on function %1$s from public, {_LOGINS}",
            "grant execute on function %1$s to session_user",  # the owner: management commands use them too
        ),
        _for_each(
            f"proowner = current_user::regrole and proname !~ '^({limited})$'",
            f"grant execute on function %1$s to {_LOGINS}",
        ),
        *[
            _for_each(f"proname = '{name}'", f"grant execute on function %1$s to {', '.join(allowed)}")
            for name, allowed in execute.items()
        ],
        "reset role",
    ]


def _for_each(condition: str, *commands: str) -> str:
    """Run the commands on every function of ours that meets the condition."""
    run = " ".join(f"execute format('{command}', chosen.oid::regprocedure);" for command in commands)
    return f"""do $$ declare chosen record; begin
        for chosen in select oid from pg_proc where pronamespace = 'public'::regnamespace and {condition}
        loop {run} end loop;
    end $$"""


def _policy(table: str, rule: Rule) -> str:
    everybody = [roles.BY_NAME[name] for name in ("web", "worker", "report") if getattr(rule, name)]
    whole = [roles.BY_NAME[name] for name in ("sealer", "verifier") if getattr(rule, name)]
    parts = [
        f"alter table {table} enable row level security; alter table {table} force row level security",
        *[f"drop policy if exists {name} on {table}" for name in ("by_context", "whole", "maintenance", "definer")],
        # Inside a management command, which says so when it connects; never in a process that serves somebody.
        f"create policy maintenance on {table} to current_user "
        "using (current_setting('app.maintenance', true) = 'on') "
        "with check (current_setting('app.maintenance', true) = 'on')",
        f"create policy definer on {table} to {roles.DEFINER} using (true) with check (true)",
    ]
    if everybody:
        parts.append(
            f"create policy by_context on {table} to {', '.join(everybody)} "
            f"using ({rule.rows}) with check ({rule.written or rule.rows})"
        )
    if whole:
        parts.append(f"create policy whole on {table} to {', '.join(whole)} using (true) with check (true)")
    return ";\n".join(parts)


def _grants(table: str, rule: object) -> str:
    parts = [f"revoke all on {table} from public, {_LOGINS}"]
    for name in ("web", "worker", "report", "sealer", "verifier"):
        verbs = getattr(rule, name, "") if isinstance(rule, Rule | Open) else ""
        if verbs:
            parts.append(f"grant {', '.join(VERBS[v] for v in verbs)} on {table} to {roles.BY_NAME[name]}")
        if "i" in verbs:
            parts.append(f"""do $$ declare number_ text; begin
                for number_ in select pg_get_serial_sequence('{table}', attname) from pg_attribute
                               where attrelid = '{table}'::regclass and attname = 'id' and attidentity <> '' loop
                    execute format('grant usage on sequence %s to {roles.BY_NAME[name]}', number_);
                end loop; end $$""")
    return ";\n".join(parts)


def _ensure_roles(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, current_setting('server_version_num')::int")
        owner, version = cursor.fetchone()
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute(roles.ensure_sql(owner, version))
        except ProgrammingError:
            raise NotInstalled(
                f"The roles of row-level security are missing and {owner} may not make them. "
                "Let the database's administrator "
                f"run once: alter role {owner} createrole (docs/isolation.md, 'Roles')."
            ) from None
