#!/usr/bin/env python3
"""Checks the event log of the back office, or an applicant's proof, without trusting who runs it.

    python verify_log.py log --dsn postgresql://backoffice_verifier@host/backoffice --checkpoints FILE --key KEY.pem
    python verify_log.py proof PROOF.json --key KEY.pem [--checkpoints FILE]

One file, on purpose: it needs Python, `cryptography` and, for `log`, `psycopg`; it shares nothing with the program that
wrote the log. Prints one finding per line. Ends with 0: nothing wrong, 1: findings, 2: could not be checked.

An event is hashed as SHA-256(0x00 || text); the text lists its fields, each as its length in bytes, ':', itself, ',';
a null is '-,'. Each event holds the hash of the one before it in its chain. A checkpoint signs the root of the RFC 6962
tree over the hashes that are new since the checkpoint before (by chain, then place), and the hash of that checkpoint.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

CHAINS = 65
NOTHING = "00" * 32
SIGNED_AS = b"back office log checkpoint 1\n"
LATE = BACK = 300  # seconds: an event waits no longer for its checkpoint; two at once are not further apart

# The texts of an event in the order of its canonical form, then the hash that was stored.
COLUMNS = """
    'event 1', l.chain::text, l.seq::text, encode(l.prev, 'hex'), e.id::text,
    (extract(epoch from e.at) * 1000000)::bigint::text, e.code, e.actor_user::text, e.actor_person::text,
    e.house::text, e.subject_type, e.subject_id::text, e.facts::text, e.request_id::text, encode(l.hash, 'hex')
"""
ROWS = f"select {COLUMNS} from audit_link l left join audit_event e on e.id = l.event_id order by l.chain, l.seq"  # noqa: S608
UNLINKED = "select id from audit_event except select event_id from audit_link order by 1 limit 20"
WAITING = """
    select count(*), min(e.at) from audit_link l join audit_event e on e.id = l.event_id
    where l.seq > (%s::bigint[])[l.chain + 1] and e.at < now() - %s * interval '1 second'
"""
CHAIN, SEQ, PREV, EVENT, AT, HASH = 1, 2, 3, 4, 5, 14


class CannotCheck(Exception):
    """Something that is needed for checking is not there; the message says what."""


def canonical(fields):
    """The bytes of an event: each field with its length, so that no two events have the same."""
    return b"".join(b"-," if f is None else b"%d:%b," % (len(data := f.encode()), data) for f in fields)


def leaf(data):
    """The hash of an event, in its chain and in the tree."""
    return hashlib.sha256(b"\x00" + data).hexdigest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves):
    """The RFC 6962 tree over hexadecimal hashes: pairs are joined level by level, the odd one moves up."""
    level = [bytes.fromhex(h) for h in leaves]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def root_through(hash, index, size, path):
    """The root that a leaf and its path lead to, None when the path has not the right length (RFC 9162, 2.1.3.2)."""
    here, last, found = index, size - 1, bytes.fromhex(hash)
    for step in map(bytes.fromhex, path):
        if last <= 0:
            return None
        if here % 2 or here == last:
            found = node(step, found)
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            found = node(found, step)
        here, last = here // 2, last // 2
    return found.hex() if last == 0 and 0 <= index < size else None


def walk(rows, heads, leaves, notices):
    """Yield what is wrong with the links after `heads` ({chain: (seq, hash, time)}); moves them, collects `leaves`."""
    for row in rows:
        chain, seq, hash, at = int(row[CHAIN]), int(row[SEQ]), row[HASH], int(row[AT] or 0)
        place, (before, last, latest) = f"chain {chain}, place {seq}", heads.get(chain, (0, NOTHING, 0))
        if row[EVENT] is None:
            yield f"{place}: the event is gone"
        elif leaf(canonical(row[:HASH])) != hash:
            yield f"{place}: event {row[EVENT]} is not what was written"
        if seq != before + 1:
            yield f"{place}: follows place {before}; links between are missing or doubled"
        elif row[PREV] != last:
            yield f"{place}: does not continue the link before it"
        if 0 < at < latest - BACK * 1_000_000:
            notices.append(f"{place}: the clock went back, {_day(at)} after {_day(latest)}")
        heads[chain] = seq, hash, max(at, latest)
        leaves[chain].append(hash)


def _day(microseconds):
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).isoformat(timespec="seconds")


def load_keys(paths):
    """Public keys by their id, the first 16 digits of the SHA-256 of their 32 bytes."""
    try:
        keys = [load_pem_public_key(Path(p).read_bytes()) for p in paths]
    except (OSError, ValueError) as problem:
        raise CannotCheck(f"public key: {problem}") from None
    return {key_id(key): key for key in keys}


def key_id(key):
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def signature_problem(body, signature, keys):
    """Why this checkpoint was not signed by one of `keys`, or None."""
    try:
        if (key := keys.get(json.loads(body)["key"])) is None:
            return "is signed with a key that was not given"
        key.verify(bytes.fromhex(signature), SIGNED_AS + body.encode())
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return "has a wrong signature"
    return None


def read_file(path):
    """The lines of the checkpoint file as (body, signature); what cannot be read is (None, line number)."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise CannotCheck(f"checkpoint file: {problem}") from None
    return [_entry(line) or (None, number) for number, line in enumerate(lines, start=1)]


def _entry(line):
    with suppress(ValueError, KeyError, TypeError):
        entry = json.loads(line)
        return str(entry["body"]), str(entry["signature"])


def check_checkpoints(entries, keys, where, notices):
    """Check a series of checkpoints by itself; the good ones by number, and what is wrong."""
    good, findings, previous = {}, [], None
    for body, signature in entries:
        if body is None:
            findings.append(f"{where}, line {signature}: cannot be read")
        elif problem := signature_problem(body, signature, keys):
            findings.append(f"{where}: a checkpoint {problem}: {body[:60]}")
        else:
            this = json.loads(body) | {"body": body}
            findings += _follows(previous, this, where, notices)
            good[this["number"]] = previous = this
    return good, findings


def _follows(previous, this, where, notices):
    number = this["number"]
    before = previous or {"number": 0, "heads": [0] * CHAINS, "at": ""}
    if number != before["number"] + 1:
        yield f"{where}: checkpoint {number} follows {before['number']}; one is missing or doubled"
    elif this["previous"] != (hashlib.sha256(previous["body"].encode()).hexdigest() if previous else NOTHING):
        yield f"{where}: checkpoint {number} does not continue the one before it"
    if any(now < then for now, then in zip(this["heads"], before["heads"], strict=True)):
        yield f"{where}: checkpoint {number} covers less than the one before it"
    if this["at"] < before["at"]:
        notices.append(f"{where}: the clock went back before checkpoint {number}")


def compare(outside, inside):
    """The file outside the database, read first, against the table inside it."""
    for number in sorted(set(outside) & set(inside)):
        if outside[number]["body"] != inside[number]["body"]:
            yield f"checkpoint {number}: the file and the database hold different ones; the log was forked"
    last_out, last_in = max(outside, default=0), max(inside, default=0)
    if last_out > last_in:
        yield f"the database ends at checkpoint {last_in}, the file at {last_out}: rows were lost, or it is an old copy"
    for number in sorted(set(inside) - set(outside)):
        if number < last_out or time.time() - datetime.fromisoformat(inside[number]["at"]).timestamp() > LATE:
            yield f"checkpoint {number} is not in the file"


def check_coverage(checkpoints, leaves):
    """Each signed root against the links that it covers."""
    before = [0] * CHAINS
    for number in sorted(checkpoints):
        heads = checkpoints[number]["heads"]
        if short := [c for c in range(CHAINS) if len(leaves[c]) < heads[c]]:
            yield f"checkpoint {number}: chain {short[0]} was cut to {len(leaves[short[0]])} of {heads[short[0]]} links"
        elif root(h for c in range(CHAINS) for h in leaves[c][before[c] : heads[c]]) != checkpoints[number]["root"]:
            yield f"checkpoint {number}: the links it covers are not those that were signed"
        before = heads


def check_log(dsn, keys, path):
    """The whole log; findings, notices and how many events were read."""
    import psycopg

    notices: list = []
    leaves: dict = defaultdict(list)
    outside, findings = check_checkpoints(read_file(path), keys, "file", notices)
    try:
        with psycopg.connect(dsn, options="-c default_transaction_isolation=repeatable\\ read") as database:
            stored = database.execute("select body, signature from audit_checkpoint order by number").fetchall()
            inside, problems = check_checkpoints(stored, keys, "database", notices)
            findings += problems
            findings += [f"event {i} is in no chain" for (i,) in database.execute(UNLINKED)]
            with database.cursor("rows") as rows:
                rows.itersize = 5000
                rows.execute(ROWS)
                findings += walk(rows, {}, leaves, notices)
            checkpoints = inside | outside
            covered = checkpoints[max(checkpoints)]["heads"] if checkpoints else [0] * CHAINS
            waiting, since = database.execute(WAITING, [covered, LATE]).fetchone()
    except psycopg.Error as problem:
        raise CannotCheck(f"database: {problem}") from None
    findings += [*compare(outside, inside), *check_coverage(checkpoints, leaves)]
    if waiting:
        findings.append(f"{waiting} events have no checkpoint, the oldest since {since:%Y-%m-%d %H:%M:%S}")
    return findings, notices, sum(len(chain) for chain in leaves.values())


def check_proof(path, keys, file=None):
    """An applicant's proof, offline; findings, and a line for each event it proves."""
    findings, proved = [], []
    published = {body for body, _ in read_file(file)} if file else None
    try:
        proof = json.loads(Path(path).read_text(encoding="utf-8"))
        for event in proof["events"]:
            entry, fields = proof["checkpoints"][str(event["checkpoint"])], parse(event["canonical"].encode())
            if problem := _proof_problem(event, entry, keys, published):
                findings.append(f"{fields[6]}: {problem}")
            else:
                proved.append(f"{fields[6]}: {_day(int(fields[5]))}, {fields[10]} {fields[11]}, {fields[12]}")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
        raise CannotCheck(f"proof: {type(problem).__name__}: {problem}") from None
    return findings + ([] if proof["events"] else ["the proof holds no event"]), proved, len(proof["events"])


def _proof_problem(event, entry, keys, published):
    body = json.loads(entry["body"])
    if problem := signature_problem(entry["body"], entry["signature"], keys):
        return f"its checkpoint {problem}"
    if published is not None and entry["body"] not in published:
        return f"its checkpoint {body['number']} is not in the published file"
    found = root_through(leaf(event["canonical"].encode()), event["index"], body["size"], event["path"])
    return None if found == body["root"] else f"is not what checkpoint {body['number']} signed"


def parse(data):
    """The fields of a canonical text."""
    fields = []
    while data:
        length, _, rest = (b"", b"", data[1:]) if data[:1] == b"-" else data.partition(b":")
        fields.append(rest[: int(length)].decode() if length else None)
        data = rest[int(length or 0) + 1 :]
    return fields


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = parser.add_subparsers(dest="mode", required=True)
    log = modes.add_parser("log", help="the whole log in the database")
    log.add_argument("--dsn", required=True)
    log.add_argument("--checkpoints", required=True, help="the checkpoint file kept outside the database")
    proof = modes.add_parser("proof", help="an applicant's proof, offline")
    proof.add_argument("file")
    proof.add_argument("--checkpoints", help="a copy of the published checkpoint file, to compare with")
    for mode in (log, proof):
        mode.add_argument("--key", action="append", required=True, help="public key (PEM); several after a change")
    options, started = parser.parse_args(arguments), time.monotonic()
    try:
        keys = load_keys(options.key)
        source, check = (options.dsn, check_log) if options.mode == "log" else (options.file, check_proof)
        findings, notes, count = check(source, keys, options.checkpoints)
    except CannotCheck as problem:
        print(f"CANNOT CHECK {problem}")
        return 2
    print(*[f"FINDING {line}\n" for line in findings], *[f"NOTE {line}\n" for line in notes], sep="", end="")
    rate = count / max(time.monotonic() - started, 0.001)
    print(f"{'WRONG' if findings else 'OK'}: {count} events, {len(findings)} findings, {rate:.0f} events/s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
