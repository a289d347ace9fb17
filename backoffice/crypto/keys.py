"""Secrets: which there are, who may hold them, and that each is fit for use (docs/crypto.md). Pure: knows no Django.

A key is a file of mode 0400 in one folder, or the variable `KEY_<NAME>`; missing ones are made on the spot only
outside production. `settings.py` calls `configure` once; everything else asks `secret`, `secrets_of` or `text`.
"""

import base64
import binascii
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class KeyMissing(Exception):
    """A key is not there, not fit for use, or not for this process. The message says what to do."""


@dataclass(frozen=True)
class Key:
    """One secret of the product: what it is, what it protects, which processes hold it, how it is changed."""

    name: str
    algorithm: str
    purpose: str
    holders: frozenset[str]
    rotation: str
    is_public: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that may stand for the file."""
        return "KEY_" + self.name.removesuffix(".json").upper()

    @property
    def is_keyset(self) -> bool:
        """Is it a Tink keyset, or else hexadecimal text?"""
        return self.name.endswith(".json")


REGISTRY = {
    key.name: key
    for key in (
        Key(
            "django_secret_key",
            "HMAC-SHA-256 (Django signing), 256 bits",
            "sessions, CSRF, links in mails, names of throttle counters",
            frozenset({"web", "manage"}),
            "new value in the file, the old one as a line of `django_secret_key.former`; drop it after 8 hours",
        ),
        Key(
            "verifier_key",
            "HMAC-SHA-256, 256 bits",
            "recognises a secret that was handed out once, for good, without keeping it",
            frozenset({"web", "worker", "manage"}),
            "new value in the file, the old one as a line of `verifier_key.former`, "
            "for as long as what it recognises lives",
        ),
        Key(
            "field_keyset.json",
            "AES-256-GCM (Tink keyset), 256 bits",
            "personal data at rest, second factors, envelopes of secrets handed out once",
            frozenset({"web", "worker", "manage"}),
            "`manage.py keys add`, `promote`, `manage.py rotate_fields`, `manage.py keys retire`",
        ),
        Key(
            "index_keyset.json",
            "HMAC-SHA-256 as PRF (Tink keyset), 256 bits",
            "finds a person by CNP without keeping the CNP in clear",
            frozenset({"web", "manage"}),
            "as `field_keyset.json`; both indexes are looked up until `rotate_fields` has run",
        ),
        Key(
            "checkpoint_key",
            "Ed25519, 256 bits",
            "signs the checkpoints of the event log",
            frozenset({"sealer"}),
            "new value; publish its public key beside the former one, which keeps proving what it signed",
        ),
        Key(
            "checkpoint_key.pub",
            "Ed25519, public half",
            "lets anybody check a proof; published at /dovezi/",
            frozenset({"web", "worker", "beat", "sealer", "manage"}),
            "with `checkpoint_key`",
            is_public=True,
        ),
    )
}
FORMER = ".former"
READABLE_BY_OTHERS = 0o037
# Values printed in examples of manuals, ours among them: SHA-256 of the text.
PUBLISHED = frozenset(
    hashlib.sha256(text.encode()).hexdigest()
    for text in ("0123456789abcdef" * 4, "deadbeef" * 8, "00112233445566778899aabbccddeeff" * 2)
)

_directory: Path | None = None
_may_create = False
_process = "manage"


def configure(*, directory: Path, may_create: bool, process: str = "manage") -> None:
    """Say where keys live, whether missing ones may be made (never in production), and which process this is."""
    global _directory, _may_create, _process
    _directory, _may_create, _process = directory, may_create, process
    text.cache_clear()


def held() -> list[Key]:
    """The keys that this process may hold."""
    return [key for key in REGISTRY.values() if _process in key.holders]


def is_held(name: str) -> bool:
    """May this process hold the key? Where keys are made on the spot, a command plays every part (tests, the demo)."""
    return _process in REGISTRY[name].holders or (_may_create and _process == "manage")


def path(name: str) -> Path:
    """Where the key's file is, or would be."""
    if _directory is None:
        raise KeyMissing("keys.configure was not called")
    return _directory / name


@cache
def text(name: str, make: Callable[[], str] | None = None) -> str:
    """The key `name` as text; `make()` gives its first content where keys may be made.

    Raises `KeyMissing` with the remedy in its message.
    """
    if not is_held(name):
        raise KeyMissing(
            f"Key {name} is not for the process '{_process}', only for: {', '.join(sorted(REGISTRY[name].holders))}. "
            "Set PROCESS to what this process is (docs/running.md, 'Keys')."
        )
    if given := os.environ.get(REGISTRY[name].variable):
        return given.strip()
    if not path(name).exists():
        if not _may_create or make is None:
            raise KeyMissing(_missing(name))
        _write_once(path(name), make())
    return path(name).read_text().strip()


def secret(name: str) -> bytes:
    """The 32 random bytes kept under `name`, as hexadecimal text."""
    value = _bytes(text(name, _new_secret))
    if len(value) < 32:
        raise KeyMissing(f"Key {name} is shorter than 32 bytes: make a new one (docs/running.md, 'Keys').")
    return value


def secrets_of(name: str) -> list[bytes]:
    """The secret in force, then the former ones that are still accepted (`<name>.former`, one a line)."""
    former = path(name + FORMER)
    lines = former.read_text().split() if former.exists() else []
    return [secret(name), *map(_bytes, lines)]


def replace(name: str, content: str) -> None:
    """Put a new content in the place of a key file, whole or not at all."""
    draft = _draft(path(name), content)
    os.replace(draft, path(name))
    text.cache_clear()


def demand() -> None:
    """Refuse to start with keys that are missing, weak, doubled or readable by others: all of them in one message.

    Raises `KeyMissing`.
    """
    if found := list(problems()):
        raise KeyMissing("\n".join(found))


def problems() -> Iterator[str]:
    """What is wrong with the keys of this process, each with its remedy."""
    materials: dict[bytes, str] = {}
    for key in held():
        if key.is_public:
            continue
        try:
            content = text(key.name)
        except KeyMissing:
            yield _missing(key.name)
            continue
        yield from _exposed(key)
        found = list(_materials(content))
        if not found or any(_is_weak(content, material) for material in found):
            yield (
                f"Key {key.name} is weak or an example (32 random bytes are needed): "
                "make a new one (docs/running.md, 'Keys')."
            )
        for material in found:
            if (other := materials.setdefault(material, key.name)) != key.name:
                yield f"Key {key.name} equals {other}: each key protects one thing; make a new one for {key.name}."


def _exposed(key: Key) -> Iterator[str]:
    for file in (path(key.name), path(key.name + FORMER)):
        if file.exists() and file.stat().st_mode & READABLE_BY_OTHERS:
            yield f"Key file {file} can be read by others: chmod 0400 {file}"


def _missing(name: str) -> str:
    return (
        f"Key file {path(name)} is missing. Put it there with mode 0400 (docs/running.md, 'Keys'), "
        f"set KEYS_DIR to the folder that holds it, or give its content as {REGISTRY[name].variable}."
    )


def _materials(content: str) -> Iterator[bytes]:
    """The secret bytes of a key: of a hexadecimal text the text itself, of a Tink keyset the tail of each key."""
    try:
        if content.startswith("{"):
            # Key material is the last field of the serialised key, after its parameters.
            yield from (base64.b64decode(entry["keyData"]["value"])[-32:] for entry in json.loads(content)["key"])
        else:
            yield bytes.fromhex(content)
    except (ValueError, KeyError, TypeError, binascii.Error):
        return


def _is_weak(content: str, material: bytes) -> bool:
    """Too short, published, or too regular: 32 random bytes have fewer than 16 different ones once in 10^13."""
    published = hashlib.sha256(content.encode()).hexdigest() in PUBLISHED
    return len(material) < 32 or len(set(material)) < 16 or published


def _bytes(hexadecimal: str) -> bytes:
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        raise KeyMissing("A key is not hexadecimal text: make a new one (docs/running.md, 'Keys').") from None


def _new_secret() -> str:
    return secrets.token_hex(32)


def _draft(target: Path, content: str) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False) as draft:
        draft.write(content)
    os.chmod(draft.name, 0o400)
    return draft.name


def _write_once(target: Path, content: str) -> None:
    """Two processes may start together: a hard link makes one of them win and both read the same key."""
    draft = _draft(target, content)
    try:
        os.link(draft, target)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
