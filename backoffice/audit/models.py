"""What happened: append-only, lowest of all rooms, ids and labels only, no foreign key to living data."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act, written in the act's own transaction: no event, no effect (security.md S8).

    `facts` holds ids, codes and field names, never values of persons.
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
