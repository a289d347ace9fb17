"""Whose rows a transaction sees.

A tenant transaction starts with no context, and sees nothing. A row of ours enters one: the session's row for a page
(`accounts.tenant`), the job's row for a worker (`jobs.queue`). Contexts are transaction-local: the next transaction of
the connection has none.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction

NOTHING = (
    "select set_config(name, '', true) from unnest("
    "array['app.user','app.person','app.houses','app.job','app.account_lookup','app.sessions']) name"
)


@contextmanager
def tenant_transaction(role: str) -> Iterator[None]:
    """A transaction of `role` without any context yet.

    Processes log in as their role. Where one process plays all of them (tests), the role is taken here, and put down at
    the end when the transaction is only a part of a larger one.
    """
    with transaction.atomic():
        if settings.ASSUME_ROLES:
            run(f"set local role {role}; {NOTHING}")
        yield
        if settings.ASSUME_ROLES and not connection.needs_rollback:
            run(f"reset role; {NOTHING}")


@contextmanager
def acting_for(houses: Iterable[int]) -> Iterator[None]:
    """Inside, the transaction also writes for these houses: filing by an applicant writes into the house's registry.

    Used by the services that let an applicant move a case (registration, answer to a completion, withdrawal) and by
    nothing else; the houses come from the filing or the case row (docs/adr/0009-isolation.md).
    """
    before = run(
        "select before, set_config('app.houses', (app_houses() || %s::bigint[])::text, true) "
        "from (select current_setting('app.houses', true) as before offset 0) context",
        [list(houses)],
    )
    yield
    run("select set_config('app.houses', %s, true)", [before or ""])


def run(statement: str, parameters: list | None = None) -> Any:
    """The first value of a statement that reads or sets the context."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0] if cursor.description else None
