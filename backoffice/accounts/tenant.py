"""Entering the context of an account: what its pages may see, from the row of its session."""

from django.db import connection

from backoffice.isolation.context import run


def enter_session(key_hash: bytes, *, idle: int, seen_every: int) -> tuple[int | None, bytes, bool] | None:
    """Read a living session by the hash of its key and enter the context of its account; None when there is none.

    Returns account, sealed data, and whether it was last seen more than `seen_every` seconds ago.
    """
    with connection.cursor() as cursor:
        cursor.execute("select * from enter_session(%s, %s, %s)", [key_hash, idle, seen_every])
        return cursor.fetchone()


def hold_session(key_hash: bytes) -> None:
    """The transaction made this session, so it may go on writing it."""
    run(
        "select set_config('app.sessions', concat_ws(' ', current_setting('app.sessions', true), %s::text), true)",
        [key_hash.hex()],
    )


def enter_account(account: int) -> None:
    """The transaction sees what this account may see: its own rows, and those of houses where it has a role today."""
    run("select enter_account(%s)", [account])


def allow_account_lookup() -> None:
    """Log-in, sign-up and password reset must find an account before anybody is known: their pages, and no others."""
    run("select set_config('app.account_lookup', 'on', true)")
