"""The words that an enrolment adds to its decision: the provider, its work points and physicians."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from backoffice.romania.address import address_line
from backoffice.romania.text import normalise
from enrolment import nomenclature
from notifications.kinds import DocumentKind
from workflows.forms import absent
from workflows.models import Case


def words(case: Case, content: dict[str, Any], attached: Sequence[DocumentKind] = ()) -> dict[str, Any]:
    """What fills `templates/pdf/providers/`, besides what every decision has. `attached` goes with the decision."""
    return {
        "provider": _provider(content),
        "work_points": [_work_point(point) for point in content["work_points"]],
        "physicians": [_physician(physician, content) for physician in content["physicians"]],
        "annexes": ["Puncte de lucru", "Medici", *(str(kind.label) for kind in attached)],
        "wants_licence_key": content["wants_licence_key"],
        "user_name": f"{case.subject_key}_{case.house.code}" if case.subject_key else "",
    }


def in_one_line(list_name: str, row: dict, content: dict[str, Any]) -> str:
    """A work point or a physician of this content, without the name."""
    words = _work_point(row) if list_name == "work_points" else _physician(row, content)
    return "; ".join(value for key, value in words.items() if key != "name" and value)


def _provider(content: dict) -> dict[str, str]:
    provider = content["provider"]
    return {
        "name": _said(provider["name"]),
        "uic": _said(provider["uic"]),
        "legal_form": _said(provider["legal_form"] and nomenclature.legal_form(provider["legal_form"]).label),
        "headquarters": _said(address_line(provider["headquarters"])),
    }


def _work_point(point: dict) -> dict[str, str]:
    paper = point["sanitary_authorisation"]
    return {
        "name": _said(point["name"]),
        "address": _said(address_line(point["address"])),
        "authorisation": f"{_said(paper['number'])} – {_said(paper['issuer'])}",
    }


def _physician(physician: dict, content: dict) -> dict[str, str]:
    points, place = content["work_points"], physician["work_point"]
    return {
        "name": _said(f"{(physician['last_name'] or '').upper()} {physician['first_name'] or ''}".strip()),
        "stamp_code": _said(physician["stamp_code"]),
        "specialties": _("medic, fără specialitate")
        if physician.get("without_specialty")
        else _said(", ".join(_specialty(declared) for declared in physician["specialties"] if declared["code"])),
        "engagement": _said(_engagement(physician)),
        "work_point": _said(points[place]["name"] if place in range(len(points)) else None),
    }


def _specialty(declared: dict) -> str:
    """A speciality with the grade in it, as a college writes them: `Cardiologie (medic primar)`."""
    grade = nomenclature.GRADES.get(declared.get("grade") or "")
    return f"{nomenclature.specialty(declared['code']).label}" + (f" ({grade})" if grade else "")


def _engagement(physician: dict) -> str:
    """How the physician works there, and from when to when as far as that was declared."""
    start, end = physician.get("engagement_from"), physician.get("engagement_until")
    days = [_("din {day}").format(day=_day(start))] if start else []
    days += [_("până la {day}").format(day=_day(end))] if end else []
    form = str(nomenclature.ENGAGEMENTS.get(physician.get("engagement") or "", ""))
    return normalise(f"{form}{',' if form and days else ''} {' '.join(days)}")


def _day(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d.%m.%Y")


def _said(value: object) -> str:
    """What the paper says, or that it does not."""
    return str(value or absent.WORDS)
