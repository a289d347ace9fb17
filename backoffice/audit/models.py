"""The event log: what happened, append-only; ids and codes only, no foreign key to living data."""

from django.db import models
from django.db.models.functions import Now

from backoffice.isolation.guards import append_only, guard


class Event(models.Model):
    """One thing that happened, written in the transaction that made it happen: no event, no effect.

    `facts` holds ids, codes and field names, never values of persons. Rows come from `audit_append` alone.
    """

    at = models.DateTimeField(db_default=Now())
    code = models.CharField(max_length=60)
    actor_user = models.BigIntegerField(null=True)
    actor_person = models.BigIntegerField(null=True)
    house = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    request_id = models.UUIDField(null=True)

    codes = ("code", "subject_type", "facts")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.code}"


class Link(models.Model):
    """The place of an event in its chain, computed by a trigger at commit (docs/evidence.md).

    `hash` covers the event, its place and `prev`, the hash of the link before: it is also the event's leaf in the
    tree of its checkpoint.
    """

    event = models.OneToOneField(
        Event, on_delete=models.PROTECT, primary_key=True, db_constraint=False, related_name="link"
    )
    chain = models.SmallIntegerField()
    seq = models.BigIntegerField()
    prev = models.BinaryField()
    hash = models.BinaryField()

    in_clear = {"prev": "hash of the link before", "hash": "hash of an event, which holds ids and codes alone"}

    class Meta:
        constraints = [models.UniqueConstraint(name="one_link_per_place", fields=["chain", "seq"])]

    def __str__(self) -> str:
        return f"{self.chain}/{self.seq}"


class Checkpoint(models.Model):
    """The log as it stood at one moment, signed. `body` is kept as the very text that was signed."""

    number = models.BigIntegerField(primary_key=True)
    body = models.TextField()
    signature = models.CharField(max_length=128)

    in_clear = {
        "body": "counts and hashes of the chains, as they were signed",
        "signature": "of the body; anybody checks it",
    }

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)


class Flood(models.Model):
    """How many refusals one group of senders has had in one minute: beyond a few, only samples are written."""

    bucket = models.SmallIntegerField(primary_key=True)
    minute = models.BigIntegerField()
    seen = models.IntegerField()

    deletable = "counters of one minute"

    def __str__(self) -> str:
        return f"{self.bucket}: {self.seen}"


for written_once in (Event, Link, Checkpoint):
    append_only(written_once)
# Whatever an insert says, the place and the hashes of a link are computed here: no row can fail to continue its chain.
guard(
    Link,
    "computed",
    "before insert",
    r"""
declare
    e audit_event;
begin
    select * into strict e from audit_event where id = new.event_id;
    new.chain := audit_chain(e.code, e.house, e.subject_id);
    perform pg_advisory_xact_lock('audit_link'::regclass::oid::int, new.chain);
    select seq + 1, hash into new.seq, new.prev from audit_link where chain = new.chain order by seq desc limit 1;
    if not found then
        new.seq := 1;
        new.prev := decode(repeat('00', 32), 'hex');
    end if;
    new.hash := sha256('\x00'::bytea || convert_to(audit_canonical(new, e), 'UTF8'));
    return new;
end
""",
)
# The lock of a chain is taken at commit, so it is the last lock of a transaction and held for its commit only;
# a transaction that writes to several chains takes them in one order. Two transactions cannot wait for each other.
guard(
    Event,
    "chained_at_commit",
    "after insert",
    """
declare
    chains text := nullif(current_setting('audit.chains', true), '');
begin
    if chains is not null then
        perform pg_advisory_xact_lock('audit_link'::regclass::oid::int, chain)
            from (select distinct unnest(string_to_array(chains, ' '))::int as chain order by chain) as mine;
        perform set_config('audit.chains', '', true);
    end if;
    insert into audit_link (event_id) values (new.id);
    return null;
end
""",
    sees_all=True,
    deferred=True,
)
