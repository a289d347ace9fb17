"""The request for enrolment as data: one schema for online form, clerk's paper form and intake file. Pure."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy
from pydantic import Field, StrictBool

from backoffice.romania.text import normalise, without_separators
from enrolment import nomenclature
from enrolment.providers import declared
from workflows.errors import FieldError
from workflows.forms import sentences
from workflows.forms.schema import Framed, Schema, error
from workflows.forms.values import (
    Accepted,
    Cnp,
    County,
    Day,
    Email,
    FiscalCode,
    Number,
    Part,
    PastDay,
    Phone,
    PostalCode,
    StampCode,
    one_of,
    optional,
    text,
)

MAX_WORK_POINTS = 30
MAX_PHYSICIANS = 100
MAX_SPECIALTIES = 6  # of one physician; more than anybody holds, few enough for a page


class Address(Part):
    """A postal address in Romania."""

    county: County
    sector: optional(one_of(nomenclature.SECTORS)) = ""
    locality: text(80)
    street: text(255)
    number: text(20)
    block: text(20, required=False) = ""
    staircase: text(20, required=False) = ""
    floor: text(20, required=False) = ""
    apartment: text(20, required=False) = ""
    postal_code: PostalCode


class Provider(Part):
    """Who asks to be enrolled, with its registers and its addresses for letters."""

    name: text(100)
    legal_form: one_of(nomenclature.codes("legal_forms"))
    service_categories: Annotated[
        list[one_of(nomenclature.codes("service_categories"))], Field(min_length=1, max_length=20)
    ]
    uic: FiscalCode
    trade_register_no: text(20, required=False) = ""
    cabinet_register_no: text(40, required=False) = ""
    headquarters: Address
    phone: Phone
    email: Email


class SanitaryAuthorisation(Part):
    """The operating authorisation of a work point: number, day, issuer."""

    number: text(40)
    issued_on: PastDay
    issuer: text(80)
    valid_until: Day | None


class WorkPoint(Part):
    """A place where the provider works; its county decides which house is competent."""

    name: text(100)
    address: Address
    sanitary_authorisation: SanitaryAuthorisation


class IdentityDocument(Part):
    """The identity document of the legal representative."""

    type: one_of((*nomenclature.IDENTITY_DOCUMENTS, *nomenclature.FORMER_IDENTITY_DOCUMENTS))
    series: text(10, required=False) = ""
    number: text(20)
    issuer: text(80)
    valid_until: Day | None


class LegalRepresentative(Part):
    """Who signs for the provider."""

    last_name: text(40)
    first_name: text(40)
    cnp: Cnp
    identity_document: IdentityDocument
    capacity: text(100)


class Contact(Part):
    """Whom the house may ask about the request, besides the provider itself."""

    name: text(100)
    phone: optional(Phone) = ""
    email: optional(Email) = ""


class Mandate(Part):
    """What lets somebody else than the legal representative file the request."""

    number: text(40)
    issued_on: PastDay
    issuer: text(100)


class DeclaredSpecialty(Part):
    """A speciality with the professional grade in it."""

    code: one_of(nomenclature.codes("specialties"))
    grade: one_of(nomenclature.GRADES)


class Membership(Part):
    """Membership of a professional college."""

    number: text(40)
    college: one_of(nomenclature.COLLEGES, formerly=nomenclature.FORMER_COLLEGES)


class AnnualEndorsement(Part):
    """The college's yearly endorsement to practise."""

    valid_from: Day
    valid_until: Day


class Malpractice(Part):
    """A malpractice policy and the specialities it covers; none where the physician has none."""

    insurer: text(100)
    number: text(40)
    valid_from: Day | None = None
    valid_until: Day
    specialties: Annotated[list[one_of(nomenclature.codes("specialties"))], Field(max_length=MAX_SPECIALTIES)]


class Physician(Part):
    """One row of annex A: a physician who works for the provider, with specialities or said to have none."""

    last_name: text(40)
    first_name: text(40)
    cnp: Cnp
    stamp_code: StampCode
    without_specialty: StrictBool = False
    specialties: Annotated[list[DeclaredSpecialty], Field(max_length=MAX_SPECIALTIES)] = []
    membership: Membership
    annual_endorsement: AnnualEndorsement
    malpractice: Malpractice
    engagement: one_of(nomenclature.ENGAGEMENTS)
    engagement_from: Day | None = None
    engagement_until: Day | None = None
    work_point: Number
    emergency_role: StrictBool
    email: Email
    phone: Phone


class OwnApplication(Part):
    """The provider's own software for the health record, where it does not use the portal."""

    vendor: text(100)
    product: text(100)
    version: text(40)
    certification_no: text(40, required=False)


class EnrolmentForm(Framed):
    """The request for enrolment, with the frame in which it came."""

    provider: Provider
    work_points: Annotated[list[WorkPoint], Field(min_length=1, max_length=MAX_WORK_POINTS)]
    legal_representative: LegalRepresentative
    contact: Contact | None = None
    mandate: Mandate | None = None
    physicians: Annotated[list[Physician], Field(min_length=1, max_length=MAX_PHYSICIANS)]
    no_contract_declaration: StrictBool
    des_channel: Literal["portal", "own_application"]
    application: OwnApplication | None
    wants_licence_key: StrictBool
    declaration: Accepted
    privacy_notice: Accepted
    signature: Literal["account", "handwritten", "electronic", "none"]


def competent_counties(content: dict[str, Any]) -> list[str]:
    """The counties of the work points, in their order: each county's house answers for its own."""
    counties = [point["address"]["county"] for point in content["work_points"]]
    return list(dict.fromkeys(county for county in counties if county))


def part_for_county(content: dict[str, Any], county: str) -> dict[str, Any]:
    """What the house of `county` decides: its work points, and the physicians who work there.

    What a paper places nowhere goes to the first house, so that nothing of it is lost.
    """
    points, physicians = _rows_of(content, county)
    return content | {
        "work_points": [content["work_points"][i] for i in points],
        "physicians": [
            physician | {"work_point": points.index(place) if (place := physician["work_point"]) in points else None}
            for physician in (content["physicians"][i] for i in physicians)
        ],
    }


def part_paths(content: dict[str, Any], county: str, paths: Iterable[str]) -> frozenset[str]:
    """The paths of a content as they are in the part of one house, where rows have other numbers."""
    kept = dict(zip(("work_points", "physicians"), _rows_of(content, county), strict=True))
    found = set()
    for path in paths:
        row = re.match(r"(work_points|physicians)\[(\d+)\]", path)
        if row is None:
            found.add(path)
        elif int(row[2]) in kept[row[1]]:
            found.add(f"{row[1]}[{kept[row[1]].index(int(row[2]))}]{path[row.end() :]}")
    return frozenset(found)


def _rows_of(content: dict[str, Any], county: str) -> tuple[list[int], list[int]]:
    """The work points and the physicians of one county's part, by their place in the whole."""
    takes_rest = competent_counties(content)[:1] in ([county], [])
    places = [point["address"]["county"] for point in content["work_points"]]
    points = [i for i, place in enumerate(places) if place == county or (place is None and takes_rest)]
    known = range(len(places))
    physicians = [
        i
        for i, physician in enumerate(content["physicians"])
        if (physician["work_point"] in points if physician["work_point"] in known else takes_rest)
    ]
    return points, physicians


def _across(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """Rules over several fields; one that only follows from another error is not listed."""
    errors: list[FieldError] = []
    physicians = content.get("physicians")
    points = content.get("work_points")
    seen: dict[str, Any] = {}
    for index, physician in enumerate(physicians if isinstance(physicians, list) else []):
        if not isinstance(physician, dict):
            continue
        place = f"physicians[{index}]"
        work_point = physician.get("work_point")
        if isinstance(points, list) and points and type(work_point) is int and not 0 <= work_point < len(points):
            errors.append(error(f"{place}.work_point", "work_point_index"))
        stamp = physician.get("stamp_code")
        if isinstance(stamp, str) and f"{place}.stamp_code" not in wrong:
            owner = without_separators(str(physician.get("cnp")))
            if seen.setdefault(normalise(stamp).upper(), owner) != owner:
                errors.append(error(f"{place}.stamp_code", "stamp_code_shared"))
    errors += _without_people(content, wrong)
    own = content.get("des_channel") == "own_application"
    if own and content.get("application") is None and "application" not in wrong:
        errors.append(error("application", "missing"))
    return errors + _registers(content, wrong) + declared.errors(content, wrong)


# What says who works in which county: rows, their place, and whole lists.
_PLACES = re.compile(r"(work_points|physicians)(\[\d+\](\.work_point|\.address(\.county)?)?)?")


def _without_people(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """Every county needs somebody to enrol: a case without physicians asks for nothing."""
    if any(_PLACES.fullmatch(path) for path in wrong):
        return []
    points = content.get("work_points") or []
    physicians = content.get("physicians") or []
    if not all(isinstance(row, dict) for row in [*points, *physicians]):
        return []
    used = {physician.get("work_point") for physician in physicians}
    if not all(isinstance(u, int) and 0 <= u < len(points) for u in used):
        return []
    staffed = {points[u]["address"]["county"] for u in used}
    lonely = [i for i, point in enumerate(points) if point["address"]["county"] not in staffed]
    return [error(f"work_points[{i}]", "no_physician_in_county") for i in lonely[:1]]


def _registers(content: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """A company has a trade-register number, a cabinet its number in the single register."""
    provider = content.get("provider")
    if not isinstance(provider, dict) or "provider.legal_form" in wrong or "provider" in wrong:
        return []
    form = nomenclature.legal_form(provider["legal_form"])
    asked = [("trade_register_no", form.trade_register), ("cabinet_register_no", form.cabinet_register)]
    return [
        error(f"provider.{name}", "register_no")
        for name, needed in asked
        if needed and f"provider.{name}" not in wrong and not str(provider.get(name) or "").strip()
    ]


SCHEMA = Schema(
    model=EnrolmentForm,
    across=_across,
    empty_lists={"work_points": "no_work_point", "physicians": "no_physician"},
    stand_ins={
        "cnp": "1750514139013",
        "uic": "12345674",
        "stamp_code": "AAAAA",
        "email": "a@example.ro",
        "phone": "0200000000",
        "postal_code": "000000",
    },
)
sentences.register(
    {
        "stamp_code_shared": gettext_lazy("Același cod de parafă apare la două persoane: verificați-l la fiecare."),
        "work_point_index": gettext_lazy("Alegeți unul dintre punctele de lucru declarate."),
        "no_work_point": gettext_lazy("Adăugați cel puțin un punct de lucru."),
        "no_physician": gettext_lazy("Adăugați cel puțin un medic."),
        "no_physician_in_county": gettext_lazy(
            "La punctele de lucru din acest județ nu este niciun medic: alocați cel puțin unul sau ștergeți punctul de lucru."
        ),
        "register_no": gettext_lazy("Pentru această formă de organizare completați numărul din registru."),
    }
)
