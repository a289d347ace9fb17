"""Automatic rules: what they found, on which facts, by which rule; the clerk decides.

None blocks registration: the law wants an answer to every request. Pure.
"""

from collections.abc import Iterable, Iterator
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
    redirected: bool,
    taken: dict[str, str] | None = None,
    approved_otherwise: Iterable[Finding] = (),
    as_written: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Every finding of one house's part of an application, ordered by code and place.

    `redirected`: no work point lay in the county of the house of entry (R01);
    `taken`: the enrolment or pending request of the same fiscal code at the house (R12);
    `approved_otherwise`: what approved enrolments of any house say otherwise (R03, R04, R08).
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
    if taken:
        found.append(Finding("R12", "provider.uic", {"uic": content["provider"]["uic"], **taken}))
    found += approved_otherwise
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
    if finding.code == "R07" and not specialties:
        return _("Medicul {name}: polița de malpraxis nr. {number} a expirat la {valid_until}.").format(**facts)
    if "house" in facts:
        number = facts["number"]
        facts["decision"] = (
            _("decizia nr. {number}").format(number=number) if number else _("decizia în curs de emitere")
        )
    if sentence := _by_fact().get(str(facts.get("fact", ""))):
        return sentence.format(**facts)
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
        "R13": _("Aplicația {product} {version} nu are număr de certificare în DES și nu a fost ales portalul DES."),
        "R14": _("Cererea nu poartă semnătura reprezentantului legal."),
    }


def _by_fact() -> dict[str, str]:
    """Sentences of rules that look at what houses have in their files: `number` is a case or a decision of theirs."""
    return {
        "active": _("Codul fiscal {uic} are la această casă o înrolare activă (dosarul nr. {number})."),
        "approved": _("Codul fiscal {uic} are la această casă o înrolare aprobată (dosarul nr. {number})."),
        "pending": _("Pentru codul fiscal {uic} este la această casă o cerere în lucru (dosarul nr. {number})."),
        "other_representative": _("La {house}, {decision} are alt reprezentant legal decât cel declarat."),
        "other_filer": _("Cererea nu a fost depusă de reprezentantul legal din {decision} a {house}."),
        "other_name": _("La {house}, {decision} are altă denumire pentru codul fiscal {uic}."),
        "other_person": _("La {house}, {decision} are codul de parafă {stamp} la altă persoană decât {name}."),
        "other_stamp": _("La {house}, {decision} are alt cod de parafă pentru {name} decât {stamp}."),
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
    if policy["valid_until"] < day:
        yield Finding("R07", f"{place}.malpractice.valid_until", facts)
    elif uncovered:
        yield Finding("R07", f"{place}.malpractice.specialties", facts | {"uncovered": uncovered})


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "j F Y")
