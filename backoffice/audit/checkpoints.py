"""Checkpoints: the log as it stood, signed by a process that does nothing else (docs/evidence.md).

Before each signature the links since the last checkpoint are checked; what does not hold is never signed.
The reading of an event is the verifier's (`verify_log`), so that the program that writes is not its own judge.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.conf import settings
from django.db import connection, transaction

from backoffice.audit import merkle
from backoffice.audit.models import Checkpoint
from backoffice.audit.verify_log import CHAINS, COLUMNS, NOTHING, SIGNED_AS, key_id, walk
from backoffice.crypto import keys

BATCH = 50_000  # links under one checkpoint at most: what is behind is caught up in several
QUIET = timedelta(minutes=10)  # with nothing new a checkpoint is still signed this often: silence is a statement too
LATE = timedelta(minutes=15)
PUBLIC_KEY = "checkpoint_key.pub"

NEW = f"""
    select {COLUMNS} from unnest(%s::bigint[]) with ordinality as head(seq, position)
    join audit_link l on l.chain = head.position - 1 and l.seq > head.seq
    left join audit_event e on e.id = l.event_id order by l.chain, l.seq limit %s
"""  # noqa: S608 (our own column list)
HEADS = """
    select l.chain, l.seq, encode(l.hash, 'hex') from unnest(%s::bigint[]) with ordinality as head(seq, position)
    join audit_link l on l.chain = head.position - 1 and l.seq = head.seq
"""
UNLINKED = """
    select count(*) from audit_event e where e.id >= %s
    and not exists (select from audit_link l where l.event_id = e.id)
"""
Heads = dict[int, tuple[int, str, int]]


class Broken(Exception):
    """The log is not what was signed before, or does not hold in itself: nothing is signed. The message says where."""


def seal() -> Checkpoint | None:
    """One checkpoint over what is new, None when there is nothing to say. Raises `Broken`.

    It stands in the database first, then in the file outside; what a crash kept from the file comes with the next pass.
    """
    with _alone() as cursor:
        _complete_file()
        last = latest()
        heads = _heads(cursor, last)
        leaves = _new_links(cursor, heads)
        if last and not leaves and age(last) < QUIET:
            return None
        made = _sign(last, heads, leaves)
    with _alone():
        _complete_file()
    return made


def seal_all() -> list[Checkpoint]:
    """Checkpoints until nothing is left to cover."""
    made = []
    while checkpoint := seal():
        made.append(checkpoint)
        if body_of(checkpoint)["size"] < BATCH:
            break
    return made


def body_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """What was signed."""
    return json.loads(checkpoint.body)


def signed_at(checkpoint: Checkpoint) -> datetime:
    """When it was signed."""
    return datetime.fromisoformat(body_of(checkpoint)["at"])


def age(checkpoint: Checkpoint) -> timedelta:
    """How long ago it was signed."""
    return datetime.now(UTC) - signed_at(checkpoint)


def latest() -> Checkpoint | None:
    """The newest checkpoint."""
    return Checkpoint.objects.order_by("-number").first()


def is_late() -> bool:
    """No checkpoint for 15 minutes: the operator must look (docs/adr/0010-evidence.md)."""
    last = latest()
    return last is None or age(last) > LATE


def public_key_pem() -> str:
    """The public key as it is published. Raises `keys.KeyMissing` in production when it is not there."""
    return keys.text(PUBLIC_KEY, _make_public_key) + "\n"


def public_key_id() -> str:
    """The id under which a checkpoint names its key."""
    key = load_pem_public_key(public_key_pem().encode())
    assert isinstance(key, Ed25519PublicKey)
    return key_id(key)


@contextmanager
def _alone() -> Iterator[Any]:
    """Two sealers wait for each other."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock('audit_checkpoint'::regclass::oid::int, 0)")
        yield cursor


def _private_key() -> Ed25519PrivateKey:
    """Only the sealer's account may read this file."""
    return Ed25519PrivateKey.from_private_bytes(keys.secret("checkpoint_key"))


def _make_public_key() -> str:
    return _private_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _heads(cursor: Any, last: Checkpoint | None) -> Heads:
    """Where each chain stood, if it still stands there."""
    if last is None:
        return {}
    body = body_of(last)
    cursor.execute(HEADS, [body["heads"]])
    heads = {chain: (seq, hash, 0) for chain, seq, hash in cursor.fetchall()}
    if _heads_hash(heads) != body["heads_hash"]:
        raise Broken(f"links under checkpoint {last.number} are gone or were rewritten")
    return heads


def _new_links(cursor: Any, heads: Heads) -> Mapping[int, list[str]]:
    """The hashes that are new, by chain, if they hold; moves `heads` on."""
    leaves: dict[int, list[str]] = defaultdict(list)
    cursor.execute(NEW, [[heads.get(chain, (0,))[0] for chain in range(CHAINS)], BATCH])
    rows = cursor.fetchall()
    for problem in walk(rows, heads, leaves, []):
        raise Broken(problem)
    if rows:
        cursor.execute(UNLINKED, [min(int(row[4]) for row in rows)])
        if count := cursor.fetchone()[0]:
            raise Broken(f"{count} events are in no chain")
    return leaves


def _sign(last: Checkpoint | None, heads: Heads, leaves: Mapping[int, list[str]]) -> Checkpoint:
    hashes = [bytes.fromhex(hash) for chain in sorted(leaves) for hash in leaves[chain]]
    key = _private_key()
    places = [heads.get(chain, (0,))[0] for chain in range(CHAINS)]
    body = json.dumps(
        {
            "number": last.number + 1 if last else 1,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "previous": hashlib.sha256(last.body.encode()).hexdigest() if last else NOTHING,
            "root": merkle.root(hashes).hex(),
            "size": len(hashes),
            "total": sum(places),
            "heads": places,
            "heads_hash": _heads_hash(heads),
            "key": key_id(key.public_key()),
        },
        separators=(",", ":"),
    )
    return Checkpoint.objects.create(
        number=json.loads(body)["number"], body=body, signature=key.sign(SIGNED_AS + body.encode()).hex()
    )


def _heads_hash(heads: Heads) -> str:
    return hashlib.sha256("".join(heads.get(c, (0, NOTHING))[1] for c in range(CHAINS)).encode()).hexdigest()


def _complete_file() -> None:
    """The file outside is the beginning of the table: a file that knows more means an old database."""
    path = Path(settings.CHECKPOINT_FILE)
    number = 0
    if path.exists() and path.stat().st_size:
        written = json.loads(_last_line(path))
        number = json.loads(written["body"])["number"]
        stored = Checkpoint.objects.filter(number=number).first()
        if stored is None:
            raise Broken(f"{path} ends at checkpoint {number}, the database before it: an old copy was restored")
        if written["body"] != stored.body:
            raise Broken(f"{path} and the database hold different checkpoints {number}")
    path.parent.mkdir(parents=True, exist_ok=True)
    for missing in Checkpoint.objects.filter(number__gt=number):
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"body": missing.body, "signature": missing.signature}) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _last_line(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 100_000))
        return file.read().decode().splitlines()[-1]
