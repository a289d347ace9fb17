"""Secrets as files of mode 0400 in one folder; made on the spot only outside production (security.md S16).

Pure: knows no Django. `settings.py` calls `configure` once; everything else asks `secret` or `text`.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path


class KeyMissing(Exception):
    """A key is not there and may not be made here. The message says what to do."""


_directory: Path | None = None
_may_create = False


def configure(*, directory: Path, may_create: bool) -> None:
    """Say where keys live and whether missing ones may be made (never in production)."""
    global _directory, _may_create
    _directory, _may_create = directory, may_create
    text.cache_clear()


@cache
def text(name: str, make: Callable[[], str] | None = None) -> str:
    """The key file `name` as text; `make()` gives its first content where keys may be made.

    Raises `KeyMissing` with the remedy in its message.
    """
    if _directory is None:
        raise KeyMissing("keys.configure was not called")
    path = _directory / name
    if not path.exists():
        if not _may_create or make is None:
            raise KeyMissing(
                f"Key file {path} is missing. Put it there with mode 0400 (docs/running.md, 'Keys'), "
                "or set KEYS_DIR to the folder that holds it."
            )
        _write_once(path, make())
    return path.read_text().strip()


def secret(name: str) -> bytes:
    """32 random bytes kept under `name`, as hexadecimal text in the file."""
    value = bytes.fromhex(text(name, _new_secret))
    if len(value) < 32:
        raise KeyMissing(f"Key {name} is shorter than 32 bytes: make a new one (docs/running.md, 'Keys').")
    return value


def _new_secret() -> str:
    return secrets.token_hex(32)


def _write_once(path: Path, content: str) -> None:
    """Two processes may start together: a hard link makes one of them win and both read the same key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        draft.write(content)
    os.chmod(draft.name, 0o400)
    try:
        os.link(draft.name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft.name)
