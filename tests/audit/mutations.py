"""What somebody with every right over the database could do to the log: each as one function of (cursor, file, rng).

Guards are switched off while they work (`conftest.tamper`); the clever ones rebuild the chain with the product's own
trigger, so that only the signed checkpoints can tell.
"""

import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backoffice.audit.verify_log import SIGNED_AS

EDITS = (
    "code = 'case.claimed'",
    "actor_user = coalesce(actor_user, 0) + 1",
    "actor_person = coalesce(actor_person, 0) + 1",
    "house = coalesce(house, 0) + 64",
    "subject_type = subject_type || 'x'",
    "subject_id = subject_id + 64",
    """facts = facts || '{"outcome": "approve"}'""",
    "at = at - interval '1 microsecond'",
    "at = at - interval '1 year'",
    "request_id = gen_random_uuid()",
)


def one(cursor, sql, *values):
    cursor.execute(sql, values)
    return cursor.fetchone()


def some_link(cursor, rng, *, behind=0):
    """A random link that has at least `behind` more after it in its chain: (event, chain, seq)."""
    cursor.execute(
        "select event_id, chain, seq from audit_link l where seq + %s <= (select max(seq) from audit_link m"
        " where m.chain = l.chain) order by chain, seq",
        [behind],
    )
    return rng.choice(cursor.fetchall())


def rechain(cursor, chain, events):
    """Build a chain anew over these events, with right hashes: what a clever owner would do."""
    cursor.execute("delete from audit_link where chain = %s", [chain])
    cursor.execute("alter table audit_link enable trigger computed")
    cursor.execute("insert into audit_link (event_id) select unnest(%s::bigint[])", [events])
    cursor.execute("alter table audit_link disable trigger computed")


def events_of(cursor, chain):
    cursor.execute("select event_id from audit_link where chain = %s order by seq", [chain])
    return [row[0] for row in cursor.fetchall()]


def edit_event(cursor, file, rng):
    event, _, _ = some_link(cursor, rng)
    cursor.execute(f"update audit_event set {rng.choice(EDITS)} where id = %s", [event])  # noqa: S608


def edit_event_and_rechain(cursor, file, rng):
    event, chain, _ = some_link(cursor, rng)
    edit = rng.choice([e for e in EDITS if not e.startswith(("house", "subject_id"))])
    cursor.execute(f"update audit_event set {edit} where id = %s", [event])  # noqa: S608
    rechain(cursor, chain, events_of(cursor, chain))


def edit_link(cursor, file, rng):
    event, _, _ = some_link(cursor, rng)
    column = rng.choice(["prev", "hash"])
    cursor.execute(f"update audit_link set {column} = sha256({column}) where event_id = %s", [event])  # noqa: S608


def delete_event(cursor, file, rng):
    event, _, _ = some_link(cursor, rng)
    cursor.execute("delete from audit_event where id = %s", [event])


def delete_link(cursor, file, rng):
    event, _, _ = some_link(cursor, rng)
    cursor.execute("delete from audit_link where event_id = %s", [event])


def delete_both(cursor, file, rng):
    event, _, _ = some_link(cursor, rng)
    cursor.execute("delete from audit_link where event_id = %s", [event])
    cursor.execute("delete from audit_event where id = %s", [event])


def delete_and_rechain(cursor, file, rng):
    event, chain, _ = some_link(cursor, rng)
    rest = [e for e in events_of(cursor, chain) if e != event]
    rechain(cursor, chain, rest)
    cursor.execute("delete from audit_event where id = %s", [event])


def insert_event(cursor, file, rng):
    cursor.execute(
        "insert into audit_event (code, subject_type, subject_id, facts) "
        "values ('decision.sign', 'workflows.Case', %s, '{}')",
        [rng.randrange(1000)],
    )


def insert_and_rechain(cursor, file, rng):
    event, chain, seq = some_link(cursor, rng)
    (made,) = one(
        cursor,
        "insert into audit_event (at, code, subject_type, subject_id, house, facts)"
        " select at, code, subject_type, subject_id, house, facts from audit_event where id = %s returning id",
        event,
    )
    events = events_of(cursor, chain)
    rechain(cursor, chain, [*events[: seq - 1], made, *events[seq - 1 :]])


def reorder(cursor, file, rng):
    _, chain, seq = some_link(cursor, rng, behind=1)
    cursor.execute("update audit_link set seq = -1 where chain = %s and seq = %s", [chain, seq])
    cursor.execute("update audit_link set seq = %s where chain = %s and seq = %s", [seq, chain, seq + 1])
    cursor.execute("update audit_link set seq = %s where chain = %s and seq = -1", [seq + 1, chain])


def reorder_and_rechain(cursor, file, rng):
    _, chain, seq = some_link(cursor, rng, behind=1)
    events = events_of(cursor, chain)
    events[seq - 1], events[seq] = events[seq], events[seq - 1]
    rechain(cursor, chain, events)


def cut_the_tail(cursor, file, rng):
    _, chain, seq = some_link(cursor, rng)
    cursor.execute(
        "delete from audit_event where id in (select event_id from audit_link where chain = %s and seq >= %s)",
        [chain, seq],
    )
    cursor.execute("delete from audit_link where chain = %s and seq >= %s", [chain, seq])


def move_to_another_chain(cursor, file, rng):
    event, chain, seq = some_link(cursor, rng, behind=1)
    cursor.execute("update audit_link set chain = 63 - chain, seq = 1000 where event_id = %s", [event])


def swap_two_events(cursor, file, rng):
    """The contents of two events change places; both chains stay as they are."""
    first, _, _ = some_link(cursor, rng)
    second = first
    while second == first:
        second, _, _ = some_link(cursor, rng)
    cursor.execute(
        "update audit_event e set subject_id = o.subject_id, facts = o.facts, at = o.at, code = o.code "
        "from audit_event o where (e.id, o.id) in ((%s, %s), (%s, %s))",
        [first, second, second, first],
    )


def go_back_to_an_older_copy(cursor, file, rng):
    """The database as it was at an earlier checkpoint; the file outside knows more."""
    (last,) = one(cursor, "select max(number) from audit_checkpoint")
    number = rng.randrange(1, last)
    (body,) = one(cursor, "select body from audit_checkpoint where number = %s", number)
    cursor.execute("delete from audit_checkpoint where number > %s", [number])
    for chain, head in enumerate(json.loads(body)["heads"]):
        cursor.execute(
            "delete from audit_event where id in (select event_id from audit_link where chain = %s and seq > %s)",
            [chain, head],
        )
        cursor.execute("delete from audit_link where chain = %s and seq > %s", [chain, head])


def drop_checkpoint_inside(cursor, file, rng):
    cursor.execute("select number from audit_checkpoint")
    cursor.execute("delete from audit_checkpoint where number = %s", [rng.choice(cursor.fetchall())[0]])


def drop_checkpoint_outside(cursor, file, rng):
    lines = file.read_text().splitlines(keepends=True)
    lines.pop(rng.randrange(len(lines)))
    file.write_text("".join(lines))


def reorder_checkpoints_outside(cursor, file, rng):
    lines = file.read_text().splitlines(keepends=True)
    place = rng.randrange(len(lines) - 1)
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    file.write_text("".join(lines))


def spoil_a_byte_outside(cursor, file, rng):
    text = bytearray(file.read_bytes())
    place = rng.randrange(len(text) - 1)
    text[place] = ord("7") if text[place] != ord("7") else ord("3")
    file.write_bytes(bytes(text))


def forge_checkpoint(cursor, file, rng):
    """Another statement under a key of one's own, inside and outside."""
    cursor.execute("select number, body from audit_checkpoint")
    number, body = rng.choice(cursor.fetchall())
    forged = json.dumps(json.loads(body) | {"root": "ab" * 32}, separators=(",", ":"))
    signature = Ed25519PrivateKey.generate().sign(SIGNED_AS + forged.encode()).hex()
    cursor.execute(
        "update audit_checkpoint set body = %s, signature = %s where number = %s", [forged, signature, number]
    )
    lines = file.read_text().splitlines()
    lines[number - 1] = json.dumps({"body": forged, "signature": signature})
    file.write_text("\n".join(lines) + "\n")


def edit_checkpoint_inside(cursor, file, rng):
    cursor.execute("select number from audit_checkpoint")
    number = rng.choice(cursor.fetchall())[0]
    cursor.execute(
        "update audit_checkpoint set body = replace(body, '\"size\":', '\"size\":1') where number = %s", [number]
    )


KINDS = (
    edit_event,
    edit_event_and_rechain,
    edit_link,
    delete_event,
    delete_link,
    delete_both,
    delete_and_rechain,
    insert_event,
    insert_and_rechain,
    reorder,
    reorder_and_rechain,
    cut_the_tail,
    move_to_another_chain,
    swap_two_events,
    go_back_to_an_older_copy,
    drop_checkpoint_inside,
    drop_checkpoint_outside,
    reorder_checkpoints_outside,
    spoil_a_byte_outside,
    forge_checkpoint,
    edit_checkpoint_inside,
)
