"""The database's roles. Pure: names and the SQL that makes them, for migrations and for the keeper (`ops/engines.py`).

Nobody who serves a page or does a job owns a table, and nobody may bypass row-level security. Each process logs in
as its own role; the owner migrates and runs management commands.
"""

OWNER = "backoffice"
WEB = "backoffice_web"
WORKER = "backoffice_worker"
REPORT = "backoffice_report"
SEALER = "backoffice_sealer"
VERIFIER = "backoffice_verifier"
# Owns the definer functions, the only ways past row-level security; nobody logs in as it.
DEFINER = "backoffice_definer"

LOGINS = (WEB, WORKER, REPORT, SEALER, VERIFIER)
READ_ONLY = (REPORT, VERIFIER)
ALL = (*LOGINS, DEFINER)
BY_NAME = {role.removeprefix("backoffice_"): role for role in LOGINS} | {"owner": OWNER}
# As which role each kind of process (the setting PROCESS) logs in.
OF_PROCESS = {"manage": "owner", "web": "web", "worker": "worker", "beat": "worker", "sealer": "sealer"}


class WrongRole(Exception):
    """A process serves people while logged in as a role that sees past row-level security."""


def name_of(login: str) -> str:
    """`web` for `backoffice_web`; any other log-in is the owner's."""
    return next((name for name, role in BY_NAME.items() if role == login), "owner")


def demand(process: str, *, login: str) -> None:
    """Start no process that serves somebody under another role than its own. Raises `WrongRole` with the remedy."""
    wanted = OF_PROCESS.get(process)
    if wanted in (None, "owner") or wanted != name_of(login):
        raise WrongRole(
            f"The process '{process}' may not log in to the database as {login}: "
            "set PROCESS to what it is (web, worker, "
            "beat) and let DATABASE_URL name its own role (docs/isolation.md)."
        )


def ensure_sql(owner: str, server_version: int) -> str:
    """Make the roles that are missing and let `owner` act for them without inheriting what they see.

    Needs CREATEROLE (or a superuser); safe to repeat. Before PostgreSQL 16 a grant cannot leave inheritance out, and a
    role without any would lose the schema of its own database: there the owner sees past the policies, others do not.
    """
    since_16 = server_version >= 160000
    usable, how = ("and m.set_option", "with inherit false, set true") if since_16 else ("", "")
    steps = []
    for role in ALL:
        login = "nologin" if role == DEFINER else "login"
        read_only = f"alter role {role} set default_transaction_read_only = on;" if role in READ_ONLY else ""
        steps.append(f"""
            if not exists (select from pg_roles where rolname = '{role}') then
                create role {role} {login} nosuperuser nobypassrls nocreatedb nocreaterole;
                {read_only}
            end if;
            if not exists (select from pg_auth_members m
                           where m.roleid = '{role}'::regrole and m.member = '{owner}'::regrole {usable}) then
                grant {role} to {owner} {how};
            end if;""")
    return f"""do $$ begin {"".join(steps)}
        exception when duplicate_object or unique_violation then null;  -- another process made them at this moment
        end $$"""
