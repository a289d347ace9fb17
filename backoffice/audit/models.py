"""What happened: append-only, lowest of all rooms, ids and labels only, no foreign key to living data."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act, written in the act's own transaction: no event, no effect (security.md S8).

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

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.code}"


class Link(models.Model):
    """The place of an event in its chain, computed by a trigger when the act commits (docs/evidence.md).

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

    class Meta:
        constraints = [models.UniqueConstraint(name="one_link_per_place", fields=["chain", "seq"])]

    def __str__(self) -> str:
        return f"{self.chain}/{self.seq}"


class Checkpoint(models.Model):
    """The log as it stood at one moment, signed. `body` is kept as the very text that was signed."""

    number = models.BigIntegerField(primary_key=True)
    body = models.TextField()
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)


class Flood(models.Model):
    """How many refusals one group of senders has had in one minute: beyond a few, only samples are written."""

    bucket = models.SmallIntegerField(primary_key=True)
    minute = models.BigIntegerField()
    seen = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.bucket}: {self.seen}"
