"""The session store: log-ins whose rows are of no use to who reads them (docs/sessions-and-headers.md).

The cookie holds a 256-bit key, the row only its SHA-256 and the session's data as ciphertext bound to that hash. A
session lives while it is used (`SESSION_IDLE_SECONDS`), never longer than `SESSION_COOKIE_AGE`, and only under the
account's present generation: whatever changes what an account may do calls `outdate`, which ends all its sessions.
Only the database's clock counts.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from tink import TinkError

from backoffice.accounts import tenant
from backoffice.accounts.models import Session, User
from backoffice.crypto.encryption import decrypt, encrypt

SEEN_EVERY_SECONDS = 60


@dataclass(frozen=True)
class Row:
    """A living session as the database tells it."""

    user: int | None
    data: bytes
    long_unseen: bool


def hash_of(key: str) -> bytes:
    """What the database knows of a cookie's key. The key is random, so that a plain hash cannot be reversed."""
    return hashlib.sha256(key.encode()).digest()


def load_row(key_hash: bytes) -> Row | None:
    """The living session under that hash, else None: expired, idle, of another generation, of a closed account.

    The same statement enters the tenant context of the session's account (docs/isolation.md).
    """
    found = tenant.enter_session(key_hash, idle=settings.SESSION_IDLE_SECONDS, seen_every=SEEN_EVERY_SECONDS)
    return Row(found[0], bytes(found[1]), found[2]) if found else None


def idle_limit() -> timedelta:
    """How long a session may be silent."""
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)


class SessionStore(SessionBase):
    """Django's session over `accounts.Session`. `was_ended` is true when the cookie names no living session."""

    was_ended = False

    @property
    def key_hash(self) -> bytes:
        """The primary key of this session's row."""
        return hash_of(self.session_key or "")

    def load(self) -> dict[str, Any]:
        """What the living session holds; nothing, and a key that is forgotten, when there is none."""
        row = load_row(self.key_hash)
        if row is None:
            self.was_ended, self._session_key = True, None
            return {}
        if row.long_unseen:
            Session.objects.filter(pk=self.key_hash).update(seen_at=Now())
        return self._open(row.data)

    def exists(self, session_key: str) -> bool:
        """Whether there is a row; two random keys of 256 bits never meet."""
        return Session.objects.filter(pk=hash_of(session_key)).exists()

    def create(self) -> None:
        """A new empty session under a new key."""
        self._session_key = secrets.token_urlsafe(32)
        self._session_cache: dict[str, Any] = {}
        self.modified = True
        self.save(must_create=True)

    def save(self, must_create: bool = False) -> None:
        """Write the data. Raises `UpdateError` when the session was ended meanwhile: it must not come back."""
        if self.session_key is None:
            self._session_key, must_create = secrets.token_urlsafe(32), True
        held: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        user = int(held[SESSION_KEY]) if SESSION_KEY in held else None
        values: dict[str, Any] = {"data": self._seal(held), "user_id": user}
        row = Session.objects.filter(pk=self.key_hash)
        if must_create:
            generation = _generation_of(user)
            tenant.hold_session(self.key_hash)
            expires_at = Now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
            Session.objects.create(
                key_hash=self.key_hash, generation=generation, seen_at=Now(), expires_at=expires_at, **values
            )
        elif not (
            row.filter(user=user).update(**values)
            # A visitor has logged in: from now on the session is of the account's present generation.
            or row.filter(user=None).update(generation=_generation_of(user), **values)
        ):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """End a session, this one unless another key is given."""
        key = session_key or self.session_key
        if key:
            Session.objects.filter(pk=hash_of(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Remove what nobody can use any more."""
        clear_expired()

    def _seal(self, held: dict[str, Any]) -> bytes:
        return encrypt(self.serializer().dumps(held), context=self._context)

    def _open(self, sealed: bytes) -> dict[str, Any]:
        try:
            return self.serializer().loads(decrypt(sealed, context=self._context))
        except TinkError:  # data moved from another row, or sealed with a key that is gone
            self._session_key = None
            return {}

    @property
    def _context(self) -> str:
        return f"accounts.Session.{self.key_hash.hex()}"


def of_account(user: User) -> QuerySet[Session]:
    """The account's living sessions, the last used first."""
    return Session.objects.filter(
        user=user, generation=user.session_generation, expires_at__gt=Now(), seen_at__gt=Now() - idle_limit()
    ).order_by("-seen_at")


def outdate(user: User) -> None:
    """Every session the account has now is dead at its next request."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)


@transaction.atomic
def carry_over(session: SessionBase, user: User) -> None:
    """After `outdate`, let the session go on in which the person did it, under a new key."""
    session.cycle_key()
    session.save()
    Session.objects.filter(pk=hash_of(session.session_key or "")).update(generation=_generation_of(user.pk))


@transaction.atomic
def end_others(session: SessionBase, user: User) -> int:
    """End every other session of the account; how many there were. Two log-ins at once do this one after the other."""
    User.objects.select_for_update().get(pk=user.pk)
    session.save()
    ended, _ = Session.objects.filter(user=user).exclude(pk=hash_of(session.session_key or "")).delete()
    return ended


def end_one(user: User, key_hash: str) -> bool:
    """End the account's session with that hash, in hexadecimal; whether there was one."""
    try:
        return bool(Session.objects.filter(user=user, pk=bytes.fromhex(key_hash)).delete()[0])
    except ValueError:
        return False


def clear_expired() -> int:
    """Remove the rows of sessions that are over; how many. Called by the periodic work."""
    with connection.cursor() as cursor:
        cursor.execute("select sessions_clear(%s)", [settings.SESSION_IDLE_SECONDS])
        return cursor.fetchone()[0]


def _generation_of(user: int | None) -> int:
    return User.objects.values_list("session_generation", flat=True).get(pk=user) if user else 0
