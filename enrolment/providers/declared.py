"""Rules over several fields about who and what is declared: the errors of keying that no single field has. Pure."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from enrolment import nomenclature
from workflows.enums import Channel
from workflows.errors import FieldError
from workflows.forms import sentences
from workflows.forms.binding import rows_of, value_at
from workflows.forms.schema import error

BUCHAREST = "B"


def errors(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """What is wrong between fields of a content, judged or as typed; nothing that follows from a path in `wrong`."""
    found = [*_sectors(content), *_identity(content), *_contact(content)]
    for index, physician in enumerate(rows_of(content.get("physicians"))):
        found += _physician(physician, f"physicians[{index}]")
    return [each for each in found if not any(_inside(each.field, path) for path in wrong)]


def _sectors(content: dict[str, Any]) -> Iterator[FieldError]:
    """Bucharest has sectors and no other county has. A paper may lack its sector, the online form asks for it."""
    places = [("provider.headquarters", value_at(content, ["provider", "headquarters"]))]
    points = rows_of(content.get("work_points"))
    places += [(f"work_points[{i}].address", point.get("address")) for i, point in enumerate(points)]
    for path, address in places:
        if not isinstance(address, dict):
            continue
        in_bucharest, sector = address.get("county") == BUCHAREST, address.get("sector")
        if sector and not in_bucharest:
            yield error(f"{path}.sector", "sector_elsewhere")
        elif in_bucharest and not sector and content.get("channel") == Channel.ONLINE:
            yield error(f"{path}.sector", "sector_missing")


def _identity(content: dict[str, Any]) -> Iterator[FieldError]:
    paper = value_at(content, ["legal_representative", "identity_document"])
    if not isinstance(paper, dict) or not _is_empty(paper.get("series")):
        return
    if str(paper.get("type")) in nomenclature.WITH_SERIES:
        yield error("legal_representative.identity_document.series", "missing")


def _contact(content: dict[str, Any]) -> Iterator[FieldError]:
    """Who may be asked can be reached."""
    contact = content.get("contact")
    if isinstance(contact, dict) and _is_empty(contact.get("phone")) and _is_empty(contact.get("email")):
        yield error("contact.phone", "contact_way")


def _physician(physician: dict[str, Any], place: str) -> Iterator[FieldError]:
    has_none, specialties = physician.get("without_specialty") is True, physician.get("specialties")
    if has_none and specialties:
        yield error(f"{place}.without_specialty", "has_specialties")
    elif not has_none and not specialties:
        yield error(f"{place}.specialties", "missing")
    policy = physician.get("malpractice")
    if isinstance(policy, dict) and not has_none and policy.get("specialties") == []:
        yield error(f"{place}.malpractice.specialties", "missing")
    start, end = physician.get("engagement_from"), physician.get("engagement_until")
    if isinstance(start, str) and isinstance(end, str) and _is_iso(start) and _is_iso(end) and end < start:
        yield error(f"{place}.engagement_until", "ends_before_it_starts")


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_iso(day: str) -> bool:
    """Only a judged content has dates that can be compared; a typed one is judged again once the rest is right."""
    return len(day) == 10 and day[4] == day[7] == "-"


def _inside(field: str, path: str) -> bool:
    return field == path or field.startswith((f"{path}.", f"{path}["))


sentences.register(
    {
        "sector_missing": gettext_lazy("Alegeți sectorul: adresa este în București."),
        "sector_elsewhere": gettext_lazy(
            "Sectorul se completează numai la adresele din București: alegeți rândul gol."
        ),
        "contact_way": gettext_lazy("Scrieți telefonul sau adresa de e-mail a persoanei de contact."),
        "has_specialties": gettext_lazy(
            "Ați bifat „fără specialitate” și ați declarat și o specialitate: păstrați una dintre ele."
        ),
        "ends_before_it_starts": gettext_lazy("Sfârșitul este înaintea începutului: verificați cele două date."),
    }
)
