"""Telling those whom a request names that it does (GDPR art. 14): once per case and person, at the address declared."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from backoffice.accounts.services import persons
from backoffice.audit import log
from notifications.services import messages
from workflows import privacy
from workflows.models import Case
from workflows.privacy import Told
from workflows.procedures import Procedure
from workflows.services import letters
from workflows.services.communication import owner_of

TEMPLATE = "named_in_request"


def tell_named(case: Case, procedure: Procedure, content: dict) -> None:
    """Write to everybody whom this version of a case names and who did not file it.

    Who has no address that a mail could reach gets a letter, in care of whoever the request is about. Who is named
    without a code is nobody we know: they are counted in the log of the case.
    """
    before = case.versions.filter(version=case.version - 1).first()
    already = {told.cnp for told in procedure.told(before.content)} if before else set()
    owner, unreached = owner_of(case), 0
    for told in procedure.told(content):
        person = persons.find(told.cnp) if told.cnp else None
        if person and owner and owner.person_id == person.pk:
            continue
        if person and _is_address(told.address):
            _write(case, procedure, told, person.pk)
        elif person and told.cnp not in already:
            to = letters.Addressee(person.full_name, letters.addressee_of(case).address)
            letters.notice(case, TEMPLATE, _words(case, procedure, told), to=to)
        elif told.cnp not in already:
            unreached += 1
    if unreached:
        log.record("person.not_told", on=case, by=None, house=case.house, count=unreached)


def _write(case: Case, procedure: Procedure, told: Told, person: int) -> None:
    messages.send(
        TEMPLATE,
        about=case.public_id,
        house=case.house,
        address=told.address,
        context=_words(case, procedure, told),
        dedupe_key=f"named:{case.public_id}:{person}",
    )


def _words(case: Case, procedure: Procedure, told: Told) -> dict[str, str]:
    about = procedure.processing
    return {
        "entry": str(case.entry),
        "subject": case.subject_name,
        "title": str(procedure.title),
        "capacity": str(told.capacity),
        "categories": str(told.categories),
        "purpose": str(about.purpose) if about else "",
        "contact": privacy.contact_line(case.house),
        "controller": privacy.controller(case.house).name,
        "link": reverse("workflows:privacy_of", args=[case.house.code]),
    }


def _is_address(typed: str) -> bool:
    """A wrong address that stands so on a paper reaches nobody."""
    try:
        validate_email(typed)
    except ValidationError:
        return False
    return True
