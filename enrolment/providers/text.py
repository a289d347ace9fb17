"""The words that an enrolment adds to its decision: the provider, its work points and physicians."""

from typing import Any

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


def in_one_line(list_name: str, row: dict, content: dict[str, Any]) -> str:
    """A work point or a physician of this content, without the name."""
    words = _work_point(row) if list_name == "work_points" else _physician(row, content)
    return "; ".join(value for key, value in words.items() if key != "name" and value)


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
    specialties = [nomenclature.specialty(s["code"]).label for s in physician["specialties"]]
    return {
        "name": f"{physician['last_name'].upper()} {physician['first_name']}",
        "stamp_code": physician["stamp_code"],
        "specialties": ", ".join(str(s) for s in specialties),
        "work_point": content["work_points"][physician["work_point"]]["name"],
    }


def address_line(address: dict) -> str:
    """An address as an office writes it: street, number, block…, locality, county."""
    labels = {"number": "nr.", "block": "bl.", "staircase": "sc.", "floor": "et.", "apartment": "ap."}
    parts = [address.get("street", "")]
    parts += [f"{label} {address[name]}" for name, label in labels.items() if address.get(name)]
    parts += [address.get("locality", ""), f"jud. {address['county']}"]
    return normalise(", ".join(part for part in parts if part))
