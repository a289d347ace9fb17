"""The proof of single events that anybody can check offline: their bytes, their path, the signed checkpoint."""

from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection

from backoffice.audit import checkpoints, merkle
from backoffice.audit.models import Checkpoint, Event
from backoffice.audit.verify_log import CHAINS, COLUMNS, HASH, canonical

LINKS = f"""
    select l.chain, l.seq, {COLUMNS} from audit_link l join audit_event e on e.id = l.event_id
    where e.id = any(%s) order by e.id
"""  # noqa: S608 (our own column list)
LEAVES = """
    select l.chain, l.seq, l.hash from unnest(%s::bigint[], %s::bigint[]) with ordinality as head(low, high, position)
    join audit_link l on l.chain = head.position - 1 and l.seq > head.low and l.seq <= head.high
    order by l.chain, l.seq
"""


class NotYet(Exception):
    """An event is younger than the last checkpoint."""


def prove(events: Iterable[Event]) -> dict[str, Any]:
    """What `verify_log.py proof` reads. Raises `NotYet` while one of the events waits for its checkpoint."""
    codes = {event.pk: event.code for event in events}
    with connection.cursor() as cursor:
        cursor.execute(LINKS, [list(codes)])
        links = cursor.fetchall()
    if len(links) < len(codes):
        raise NotYet
    leaves = cache(_leaves)
    proved, used, signers = [], {}, set()
    for chain, seq, *fields in links:
        checkpoint = _covering(chain, seq)
        signers.add(checkpoints.body_of(checkpoint)["key"])
        used[str(checkpoint.number)] = {"body": checkpoint.body, "signature": checkpoint.signature}
        places, hashes = leaves(checkpoint.number)
        index = places.index((chain, seq))
        proved.append(
            {
                "code": codes[int(fields[4])],
                "canonical": canonical(fields[:HASH]).decode(),
                "checkpoint": checkpoint.number,
                "index": index,
                "path": [step.hex() for step in merkle.path(hashes, index)],
            }
        )
    return {"key_ids": sorted(signers), "events": proved, "checkpoints": used}


def _covering(chain: int, seq: int) -> Checkpoint:
    """The first checkpoint whose head of this chain is at the link or beyond; numbers have no gap."""
    last = checkpoints.latest()
    numbers = range(1, last.number + 1 if last else 1)
    found = bisect_left(numbers, seq, key=lambda number: _heads(number)[chain])
    if found == len(numbers):
        raise NotYet
    return Checkpoint.objects.get(number=numbers[found])


def _heads(number: int) -> list[int]:
    return checkpoints.body_of(Checkpoint.objects.get(number=number))["heads"] if number else [0] * CHAINS


def _leaves(number: int) -> tuple[list[tuple[int, int]], list[bytes]]:
    """The places and hashes under one checkpoint, in the order of its tree."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [_heads(number - 1), _heads(number)])
        rows = cursor.fetchall()
    return [(chain, seq) for chain, seq, _ in rows], [bytes(hash) for _, _, hash in rows]
