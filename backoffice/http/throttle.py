"""Counts of guesses: in PostgreSQL, on a connection of their own, so that no error or restart refunds one.

`limited` counts requests for a view of ours. `ThrottleCache` is the Django cache in which allauth keeps its limits;
unlike Django's own database cache it never throws out a count that still holds, and commits it before the answer is
computed.
Keys are keyed hashes: neither an address nor a name stands in the table. Both take the database's clock.
"""

import ipaddress
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from allauth.account.adapter import get_adapter
from asgiref.local import Local
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.signals import request_finished
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse

from backoffice.crypto.encryption import blind_index
from backoffice.http import errors

View = Callable[..., HttpResponse]
_threads = Local()


def own_connection() -> BaseDatabaseWrapper:
    """This thread's second connection, outside the transaction of the request."""
    if not hasattr(_threads, "connection"):
        _threads.connection = connection.copy()
    return _threads.connection


def close_own_connection(**_signal: Any) -> None:
    """Give the second connection back; few requests need one."""
    if hasattr(_threads, "connection"):
        _threads.connection.close()
        del _threads.connection


request_finished.connect(close_own_connection)


def limited(action: str, *, amount: int, seconds: int, per: Literal["ip", "user"], when: Callable[[HttpRequest], bool]):
    """A view that answers `amount` requests of one address, or one account, in so many seconds; then the 429 page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if when(request):
                who = str(request.user.pk) if per == "user" else address_of(request)
                hits, wait = count(f"{action}:{per}:{who}", seconds=seconds)
                if hits > amount:
                    return errors.too_many(request, wait=wait)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def count(key: str, *, seconds: int) -> tuple[int, int]:
    """One more under `key`: how many since its window opened, and in how many seconds it closes. One statement."""
    return _run(
        """
        insert into throttle_count as kept (key_hash, value, expires_at)
        values (%(key)s, '1', clock_timestamp() + make_interval(secs => %(seconds)s))
        on conflict (key_hash) do update set
            value = case when kept.expires_at > clock_timestamp()
                    then to_jsonb(kept.value::int + 1) else excluded.value end,
            expires_at = case when kept.expires_at > clock_timestamp() then kept.expires_at else excluded.expires_at end
        returning value::int, ceil(extract(epoch from expires_at - clock_timestamp()))::int
        """,
        {"key": _hash(key), "seconds": seconds},
    )


def address_of(request: HttpRequest) -> str:
    """The client's address; the /64 of an IPv6 one, which one person may have whole."""
    address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    return str(address if address.version == 4 else ipaddress.ip_network(f"{address}/64", strict=False))


class ThrottleCache(BaseCache):
    """`throttle_count` as a cache of JSON values. allauth locks a count by `add`, which one caller alone can win."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Write unless a living value is there; true for the one who wrote."""
        return bool(self._write(key, value, timeout, "where throttle_count.expires_at <= clock_timestamp()"))

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Write whatever was there."""
        self._write(key, value, timeout, "")

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The living value."""
        found = _run(
            "select value::text from throttle_count where key_hash = %(key)s and expires_at > clock_timestamp()",
            {"key": _hash(key)},
        )
        return json.loads(found[0]) if found else default

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a value; whether there was one."""
        return bool(_run("delete from throttle_count where key_hash = %(key)s returning true", {"key": _hash(key)}))

    def _write(self, key: str, value: Any, timeout: Any, condition: str) -> Any:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return _run(
            f"""
            insert into throttle_count (key_hash, value, expires_at)
            values (%(key)s, %(value)s, clock_timestamp() + make_interval(secs => %(seconds)s))
            on conflict (key_hash) do update set value = excluded.value, expires_at = excluded.expires_at {condition}
            returning true
            """,  # noqa: S608 (the condition is one of the two constants above)
            {"key": _hash(key), "value": json.dumps(value), "seconds": seconds},
        )


def clear_expired() -> None:
    """Remove the counts that hold no longer. Called by the periodic work."""
    with connection.cursor() as cursor:
        cursor.execute("delete from throttle_count where expires_at <= clock_timestamp()")


def _run(statement: str, values: dict[str, Any]) -> Any:
    with own_connection().cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _hash(key: str) -> bytes:
    return blind_index(key, context="throttle")
