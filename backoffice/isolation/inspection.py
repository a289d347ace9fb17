"""Look at a live database: guards, policies, grants, roles, functions, views."""

from django.db.backends.base.base import BaseDatabaseWrapper

from backoffice.isolation import guards, roles
from backoffice.isolation.install import VERBS, fingerprint, standing
from backoffice.isolation.rules import Rule, declarations

# Temporary tables come last: nobody can put one in the place of a table of ours.
SEARCH_PATH = "search_path=pg_catalog, public, pg_temp"


class PoliciesMissing(Exception):
    """Something that should keep rows apart is not there; the message lists what."""


def problems(connection: BaseDatabaseWrapper) -> list[str]:
    """A sentence for everything that is not as the rooms declare; empty when all stands."""
    found = []
    if standing(connection) != fingerprint(connection):
        found.append("policies and guards are not those of this release: run manage.py migrate")
    for check in (_tables, _guards, _policies, _grants, _roles, _functions, _views):
        found += check(connection)
    return found


def _rows(connection: BaseDatabaseWrapper, query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    rules = declarations().rules
    tables = _rows(
        connection,
        "select relname, relrowsecurity and relforcerowsecurity from pg_class "
        "where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1",
    )
    return [f"table {name} is in no room's isolation.py" for name, _ in tables if name not in rules] + [
        f"table {name} does not force row-level security"
        for name, forced in tables
        if isinstance(rules.get(name), Rule) and not forced
    ]


def _guards(connection: BaseDatabaseWrapper) -> list[str]:
    standing_ = set(
        _rows(
            connection,
            "select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal and tgenabled = 'O'",
        )
    )
    there = set(connection.introspection.table_names())
    registered = [guard for guard in guards.registered() if guard.table in there]
    wanted = {(guard.table, guard.name) for guard in registered}
    bodies = dict(_rows(connection, "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace"))
    return (
        [f"guard {name} of {table} is missing or off" for table, name in sorted(wanted - standing_)]
        + [
            f"guard {name} of {table} stands beside no model"
            for table, name in sorted(standing_ - wanted)
            if table in guards.guarded_tables()
        ]
        + [
            f"guard {guard.name} of {guard.table} does something else than its model says"
            for guard in registered
            if guard.body and bodies.get(guard.function_name) != guard.body
        ]
    )


def _policies(connection: BaseDatabaseWrapper) -> list[str]:
    standing_ = set(_rows(connection, "select tablename, policyname from pg_policies where schemaname = 'public'"))
    wanted = set()
    for table, rule in declarations().rules.items():
        if isinstance(rule, Rule):
            wanted |= {(table, "maintenance"), (table, "definer")}
            wanted |= {(table, "by_context")} if rule.web or rule.worker or rule.report else set()
            wanted |= {(table, "whole")} if rule.sealer or rule.verifier else set()
    return [f"policy {name} of {table} is missing" for table, name in sorted(wanted - standing_)] + [
        f"policy {name} of {table} is in no room's isolation.py" for table, name in sorted(standing_ - wanted)
    ]


def _grants(connection: BaseDatabaseWrapper) -> list[str]:
    given = set(
        _rows(
            connection,
            "select table_name, grantee, lower(privilege_type) from information_schema.role_table_grants "
            f"where table_schema = 'public' and grantee in ('PUBLIC', {', '.join(repr(r) for r in roles.LOGINS)})",
        )
    )
    wanted = {
        (table, roles.BY_NAME[name], VERBS[verb])
        for table, rule in declarations().rules.items()
        for name in ("web", "worker", "report", "sealer", "verifier")
        for verb in getattr(rule, name, "")
    }
    return [f"{grantee} may {verb} {table} and should not" for table, grantee, verb in sorted(given - wanted)] + [
        f"{grantee} may not {verb} {table} and should" for table, grantee, verb in sorted(wanted - given)
    ]


def _roles(connection: BaseDatabaseWrapper) -> list[str]:
    names = ", ".join(repr(r) for r in roles.ALL)
    strong = _rows(
        connection,
        f"select rolname from pg_roles where rolname in ({names}) "
        "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)",
    )
    owning = _rows(
        connection,
        "select distinct tableowner from pg_tables where schemaname = 'public' "
        f"and (tableowner in ({names}) or tableowner in (select rolname from pg_roles where rolsuper or rolbypassrls))",
    )
    return [f"role {name} is stronger than a login needs to be" for (name,) in strong] + [
        f"role {name} owns tables: it would see past the policies" for (name,) in owning
    ]


def _functions(connection: BaseDatabaseWrapper) -> list[str]:
    loose = _rows(
        connection,
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef "
        f"and (pg_get_userbyid(p.proowner) <> '{roles.DEFINER}' or p.proconfig is null or "
        f"not '{SEARCH_PATH}' = any (p.proconfig))",
    )
    return [
        f"function {name} sees past the policies: it must belong to the definer role and set {SEARCH_PATH}"
        for (name,) in loose
    ]


def _views(connection: BaseDatabaseWrapper) -> list[str]:
    open_views = _rows(
        connection,
        "select relname from pg_class where relnamespace = 'public'::regnamespace and (relkind = 'm' or relkind = 'v' "
        "and not coalesce(reloptions::text like '%security_invoker=true%', false))",
    )
    return [f"view {name} reads past the policies: make it security_invoker" for (name,) in open_views]
