"""Whose rows a transaction sees (security.md S11).

A transaction behind the walls starts with no context, and sees nothing. A row of ours enters one: the session's row for
a page, the job's row for a worker. Contexts are transaction-local: the next transaction of the connection has none.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

NOTHING = "select set_config(name, '', true) from unnest(array['app.user','app.person','app.houses','app.job','app.account_lookup','app.sessions']) name"


@contextmanager
def tenant_transaction(role: str) -> Iterator[None]:
    """A transaction of `role` without any context yet.

    Processes log in as their role. Where one process plays all of them (tests), the role is taken here, and put down at
    the end when the transaction is only a part of a larger one.
    """
    with transaction.atomic():
        if settings.ASSUME_ROLES:
            _run(f"set local role {role}; {NOTHING}")
        yield
        if settings.ASSUME_ROLES and not connection.needs_rollback:
            _run(f"reset role; {NOTHING}")


def enter_session(key_hash: bytes, *, idle: int, seen_every: int) -> tuple[int | None, bytes, bool] | None:
    """Read a living session by the hash of its key and enter the context of its account; None when there is none.

    Returns account, sealed data, and whether it was last seen more than `seen_every` seconds ago.
    """
    with connection.cursor() as cursor:
        cursor.execute("select * from enter_session(%s, %s, %s)", [key_hash, idle, seen_every])
        return cursor.fetchone()


def hold_session(key_hash: bytes) -> None:
    """The transaction made this session, so it may go on writing it."""
    _run(
        "select set_config('app.sessions', concat_ws(' ', current_setting('app.sessions', true), %s::text), true)",
        [key_hash.hex()],
    )


def enter_account(account: int) -> None:
    """The transaction sees what this account may see: its own rows, and those of the houses in which it has a role today."""
    _run("select enter_account(%s)", [account])


def enter_job(job: int, token: object) -> bool:
    """The transaction sees the rows of the job's house; False, and nothing, when the claim is lost."""
    return _run("select enter_job(%s, %s)", [job, token])


def allow_account_lookup() -> None:
    """Log-in, sign-up and password reset must find an account before anybody is known: their pages, and no others."""
    _run("select set_config('app.account_lookup', 'account', true)")


@contextmanager
def acting_for(houses: Iterable[int]) -> Iterator[None]:
    """Inside, the transaction also writes for these houses: an applicant's act is carried out in the house's registry.

    Used by the two services that let an applicant move a case (registration, answer to a completion request) and by
    nothing else; the houses come from the filing or the case row (docs/adr/0009-isolation.md).
    """
    before = _run("select current_setting('app.houses', true)")
    _run("select set_config('app.houses', (app_houses() || %s::bigint[])::text, true)", [list(houses)])
    yield
    _run("select set_config('app.houses', %s, true)", [before or ""])


def _run(statement: str, parameters: list | None = None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0] if cursor.description else None
