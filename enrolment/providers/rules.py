"""Automatic rules: what they found, on which facts, by which rule; the clerk decides.

None blocks registration: the law wants an answer to every request. Pure.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enrolment import nomenclature
from workflows.procedures import Finding

RULES_VERSION = "2026-11"


def findings(
    content: dict[str, Any],
    *,
    today: date,
    has_enrolment: bool,
    redirected: bool,
    as_written: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Every finding of one house's part of an application, ordered by code and place.

    `has_enrolment`: an active or pending enrolment of the same fiscal code at the house (R12);
    `redirected`: no work point lay in the county of the house of entry (R01).
    """
    found: list[Finding] = []
    if redirected:
        found.append(Finding("R01", "work_points", {"county": content["work_points"][0]["address"]["county"]}))
    if not content["no_contract_declaration"]:
        found.append(Finding("R02", "no_contract_declaration"))
    found += _sanitary_authorisations(content, today)
    for index, physician in enumerate(content["physicians"]):
        found += _physician(physician, f"physicians[{index}]", today)
    found += [Finding("R11", path) for path in sorted(as_written)]
    if has_enrolment:
        found.append(Finding("R12", "provider.uic", {"uic": content["provider"]["uic"]}))
    own = content["application"]
    if content["des_channel"] == "own_application" and not own["certification_no"]:
        found.append(
            Finding("R13", "application.certification_no", {"product": own["product"], "version": own["version"]})
        )
    if content["signature"] == "none":
        found.append(Finding("R14", "signature"))
    return sorted(found, key=lambda f: f.code)


def explain(finding: Finding) -> str:
    """The finding as a sentence for applicant and clerk, in the language of the page."""
    facts = finding.facts | {k: _day(v) for k, v in finding.facts.items() if k in DATES and v}
    specialties = facts.get("uncovered")
    if specialties:
        facts["uncovered"] = ", ".join(str(nomenclature.specialty(code).label) for code in specialties)
    if finding.code == "R07" and finding.field.endswith("valid_from"):
        return _("Medicul {name}: polița de malpraxis nr. {number} începe abia la {valid_from}.").format(**facts)
    if finding.code == "R07" and not specialties:
        return _("Medicul {name}: polița de malpraxis nr. {number} a expirat la {valid_until}.").format(**facts)
    return _sentences()[finding.code].format(field=finding.field, **facts)


DATES = frozenset({"valid_from", "valid_until", "today"})


def _sentences() -> dict[str, str]:
    return {
        "R01": _(
            "Niciun punct de lucru nu se află în județul casei la care s-a depus cererea; primul este în județul {county}."
        ),
        "R02": _("Furnizorul a declarat că se află în relație contractuală cu o casă de asigurări de sănătate."),
        "R05": _(
            "Punctul de lucru „{name}”: autorizația sanitară nr. {number}, emisă de {issuer}, a expirat la {valid_until}."
        ),
        "R06": _(
            "Medicul {name}: avizul anual acoperă perioada {valid_from} – {valid_until}, nu și ziua înregistrării, {today}."
        ),
        "R07": _("Medicul {name}: polița de malpraxis nr. {number} nu acoperă specialitatea {uncovered}."),
        "R11": _("Câmpul „{field}” este completat greșit pe hârtie; a fost preluat așa cum este scris."),
        "R12": _("Pentru codul fiscal {uic} există la această casă o înrolare activă sau o cerere în lucru."),
        "R13": _("Aplicația {product} {version} nu are număr de certificare în DES și nu a fost ales portalul DES."),
        "R14": _("Cererea nu poartă semnătura reprezentantului legal."),
    }


def _sanitary_authorisations(content: dict[str, Any], today: date) -> Iterator[Finding]:
    for index, point in enumerate(content["work_points"]):
        paper = point["sanitary_authorisation"]
        if paper["valid_until"] and paper["valid_until"] < today.isoformat():
            yield Finding(
                "R05",
                f"work_points[{index}].sanitary_authorisation.valid_until",
                {
                    "name": point["name"],
                    "number": paper["number"],
                    "issuer": paper["issuer"],
                    "valid_until": paper["valid_until"],
                    "today": today.isoformat(),
                },
            )


def _physician(physician: dict[str, Any], place: str, today: date) -> Iterator[Finding]:
    name = f"{physician['last_name'].upper()} {physician['first_name']}"
    day = today.isoformat()
    endorsement = physician["annual_endorsement"]
    if not endorsement["valid_from"] <= day <= endorsement["valid_until"]:
        yield Finding("R06", f"{place}.annual_endorsement", {"name": name, **endorsement, "today": day})
    policy = physician["malpractice"]
    facts = {"name": name, "number": policy["number"], "valid_until": policy["valid_until"], "today": day}
    uncovered = [s["code"] for s in physician["specialties"] if s["code"] not in policy["specialties"]]
    begins = policy.get("valid_from")
    if policy["valid_until"] < day:
        yield Finding("R07", f"{place}.malpractice.valid_until", facts)
    elif begins and begins > day:
        yield Finding("R07", f"{place}.malpractice.valid_from", facts | {"valid_from": begins})
    elif uncovered:
        yield Finding("R07", f"{place}.malpractice.specialties", facts | {"uncovered": uncovered})


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "j F Y")
