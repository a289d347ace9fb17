"""Counts of guesses, the same for every process; written by `throttle` in plain statements."""

from django.db import models


class ThrottleCount(models.Model):
    """How often something was tried under one keyed name, until when it counts."""

    key_hash = models.BinaryField(primary_key=True)
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    keyed = ("key_hash",)
    codes = ("value",)
    deletable = "counters that expire"

    class Meta:
        db_table = "throttle_count"

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d %H:%M:%S}"
