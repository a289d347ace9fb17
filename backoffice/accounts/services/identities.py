"""Who an account belongs to, said by its holder, once."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.accounts import sessions
from backoffice.accounts.models import User
from backoffice.accounts.services import persons
from backoffice.audit import log
from backoffice.romania.identifiers import cnp_problem
from backoffice.romania.text import normalise, sort_key, without_separators


class NotIdentified(Exception):
    """The identity cannot be taken over; `errors` has a sentence for each field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@transaction.atomic
def identify(user: User, *, last_name: str, first_name: str, cnp: str, today: date) -> None:
    """Tie the account to a person, so that four eyes can count persons.

    Said once: another identity later is refused. Raises `NotIdentified`.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    last_name, first_name, cnp = normalise(last_name), normalise(first_name), without_separators(cnp)
    errors = {}
    if not 0 < len(last_name) <= 40:
        errors["last_name"] = _("Scrieți numele, ca în actul de identitate.")
    if not 0 < len(first_name) <= 40:
        errors["first_name"] = _("Scrieți prenumele, ca în actul de identitate.")
    if cnp_problem(cnp, today=today):
        errors["cnp"] = _("Codul numeric personal nu este valid: are 13 cifre; verificați fiecare cifră.")
    if user.person_id is not None:
        errors["cnp"] = _("Identitatea contului a fost deja declarată și nu se mai schimbă.")
    known = persons.find(cnp) if not errors else None
    if known and (known.has_account or known.sort_key != sort_key(f"{last_name} {first_name}")):
        # Said neutrally: neither the name nor the account behind a code is told to who typed it.
        errors["cnp"] = _("Codul numeric personal nu este valid: are 13 cifre; verificați fiecare cifră.")
    if errors:
        raise NotIdentified(errors)
    user.person = persons.find_or_create(cnp=cnp, last_name=last_name, first_name=first_name)
    user.save(update_fields=["person"])
    sessions.outdate(user)
    log.record("account.identified", on=user, by=user)
