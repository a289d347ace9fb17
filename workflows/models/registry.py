"""The registry of a house: one series a year, no gap, no reuse."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import House
from backoffice.isolation.guards import append_only, guard, never_deleted
from workflows.enums import EntryKind


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


never_deleted(RegistryCounter)
append_only(RegistryEntry)
guard(
    RegistryCounter,
    "no_gap",
    "before insert or update",
    """
begin
    if (tg_op = 'INSERT' and new.last <> 1) or (tg_op = 'UPDATE' and (new.last <> old.last + 1
            or new.house_id <> old.house_id or new.year <> old.year)) then
        raise exception using errcode = 'check_violation', constraint = 'registry_has_no_gap',
            message = 'a registry counter grows by one';
    end if;
    return new;
end
""",
)
guard(
    RegistryCounter,
    "number_has_entry",
    "after insert or update",
    """
begin
    if not exists (select from workflows_registryentry e
                   where e.house_id = new.house_id and e.year = new.year and e.number = new.last) then
        raise exception using errcode = 'check_violation', constraint = 'registry_has_no_gap',
            message = 'a registry number was taken without its entry';
    end if;
    return null;
end
""",
    sees_all=True,
    deferred=True,
)
guard(
    RegistryEntry,
    "number_from_counter",
    "before insert",
    """
begin
    if not exists (select from workflows_registrycounter c
                   where c.house_id = new.house_id and c.year = new.year and c.last = new.number) then
        raise exception using errcode = 'check_violation', constraint = 'registry_has_no_gap',
            message = 'a registry number comes from its counter';
    end if;
    return new;
end
""",
    sees_all=True,
)
