"""The words that an enrolment adds to its decision: the provider, its work points and physicians."""

from collections.abc import Sequence
from typing import Any

from backoffice.romania.address import address_line
from enrolment import nomenclature
from notifications.kinds import DocumentKind
from workflows.models import Case


def words(case: Case, content: dict[str, Any], attached: Sequence[DocumentKind] = ()) -> dict[str, Any]:
    """What fills `templates/pdf/providers/`, besides what every decision has. `attached` goes with the decision."""
    return {
        "provider": _provider(content),
        "work_points": [_work_point(point) for point in content["work_points"]],
        "physicians": [_physician(physician, content) for physician in content["physicians"]],
        "annexes": ["Puncte de lucru", "Medici", *(str(kind.label) for kind in attached)],
        "wants_licence_key": content["wants_licence_key"],
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
    specialties = [nomenclature.specialty(s["code"]).label for s in physician["specialties"]]
    return {
        "name": f"{physician['last_name'].upper()} {physician['first_name']}",
        "stamp_code": physician["stamp_code"],
        "specialties": ", ".join(str(s) for s in specialties),
        "work_point": content["work_points"][physician["work_point"]]["name"],
    }
