"""The words that an enrolment adds to its decision: the provider, its work points and physicians."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from backoffice.romania.text import normalise
from enrolment import nomenclature
from workflows.models import Case


def words(case: Case, content: dict[str, Any]) -> dict[str, Any]:
    """What fills `templates/pdf/providers/`, besides what every decision has."""
    return {
        "provider": _provider(content),
        "work_points": [_work_point(point) for point in content["work_points"]],
        "physicians": [_physician(physician, content) for physician in content["physicians"]],
        "user_name": f"{case.subject_key}_{case.house.code}",
    }


def _provider(content: dict) -> dict[str, str]:
    provider = content["provider"]
    return {
        "name": provider["name"],
        "uic": provider["uic"],
        "legal_form": str(nomenclature.legal_form(provider["legal_form"]).label),
        "headquarters": address_line(provider["headquarters"]),
    }


def _work_point(point: dict) -> dict[str, str]:
    paper = point["sanitary_authorisation"]
    return {
        "name": point["name"],
        "address": address_line(point["address"]),
        "authorisation": f"{paper['number']} – {paper['issuer']}",
    }


def _physician(physician: dict, content: dict) -> dict[str, str]:
    return {
        "name": f"{physician['last_name'].upper()} {physician['first_name']}",
        "stamp_code": physician["stamp_code"],
        "specialties": _("medic, fără specialitate")
        if physician.get("without_specialty")
        else ", ".join(_specialty(declared) for declared in physician["specialties"]),
        "engagement": _engagement(physician),
        "work_point": content["work_points"][physician["work_point"]]["name"],
    }


def _specialty(declared: dict) -> str:
    """A speciality with the grade in it, as a college writes them: `Cardiologie (medic primar)`."""
    grade = nomenclature.GRADES.get(declared.get("grade", ""))
    return f"{nomenclature.specialty(declared['code']).label}" + (f" ({grade})" if grade else "")


def _engagement(physician: dict) -> str:
    """How the physician works there, and from when to when as far as that was declared."""
    start, end = physician.get("engagement_from"), physician.get("engagement_until")
    days = [_("din {day}").format(day=_day(start))] if start else []
    days += [_("până la {day}").format(day=_day(end))] if end else []
    form = str(nomenclature.ENGAGEMENTS.get(physician.get("engagement", ""), ""))
    return normalise(f"{form}{',' if form and days else ''} {' '.join(days)}")


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d.%m.%Y")


def address_line(address: dict) -> str:
    """An address as an office writes it: street, number, block…, locality, county."""
    labels = {"number": "nr.", "block": "bl.", "staircase": "sc.", "floor": "et.", "apartment": "ap."}
    parts = [address.get("street", "")]
    parts += [f"{label} {address[name]}" for name, label in labels.items() if address.get(name)]
    parts += [address.get("locality", ""), f"jud. {address['county']}"]
    return normalise(", ".join(part for part in parts if part))
