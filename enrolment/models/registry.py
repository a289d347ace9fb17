"""The registry of a house: one series a year, no gap, no reuse (domain.md 9, architecture.md 7)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House
from enrolment.enums import EntryKind


class RegistryCounter(models.Model):
    """The last number given; a trigger lets it grow by one only, and only together with its entry."""

    house = models.ForeignKey(House, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_counter_per_house_and_year", fields=["house", "year"])]

    def __str__(self) -> str:
        return f"{self.house} {self.year}: {self.last}"


class RegistryEntry(models.Model):
    """One number of a house's registry. Append-only by trigger."""

    house = models.ForeignKey(House, on_delete=models.PROTECT)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answered_by")
    redirected_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="redirected_to")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_entry_per_number",
                fields=["house", "year", "number"],
                violation_error_message=_("Numărul de registratură este deja folosit."),
            ),
            models.CheckConstraint(name="registry_number_is_positive", condition=Q(number__gt=0)),
            models.CheckConstraint(name="registry_year_is_the_day_s", condition=Q(day__year=models.F("year"))),
        ]

    def __str__(self) -> str:
        """Written as a Romanian office does: 1234/23.11.2026."""
        return f"{self.number}/{self.day:%d.%m.%Y}"
