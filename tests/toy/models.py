"""What stands after an approval: the address of a case in the list of its house."""

from django.db import models

from backoffice.accounts.models import House
from backoffice.isolation.constraint_lookup import register_guard_sentences
from backoffice.isolation.guards import append_only, guard
from workflows.models import Case


class Address(models.Model):
    """An address that a signed approval put on the list."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.case_id}"


register_guard_sentences({"address_without_its_decisions": "O adresă se înscrie numai prin decizie."})
append_only(Address)
guard(
    Address,
    "stands_on_decisions",
    "before insert",
    """
begin
    if not case_is_approved(new.case_id, 'toy') then
        raise exception using errcode = 'check_violation', constraint = 'address_without_its_decisions',
            message = 'an address stands on its decisions';
    end if;
    return new;
end
""",
    sees_all=True,
)
