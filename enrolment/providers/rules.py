"""Automatic rules: what they found, on which facts, by which rule; the clerk decides.

None blocks registration: the law wants an answer to every request. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from enrolment import nomenclature
from workflows.forms.display import field_label
from workflows.procedures import Finding

RULES_VERSION = "2026-11"
NOT_SAID = "…"  # in the facts of a finding, where the paper names no number or name


def findings(
    content: dict[str, Any],
    *,
    today: date,
    redirected: bool,
    taken: dict[str, str] | None = None,
    approved_otherwise: Iterable[Finding] = (),
    as_written: frozenset[str] = frozenset(),
    missing: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Every finding of one house's part of an application, ordered by code and place.

    `redirected`: no work point lay in the county of the house of entry (R01);
    `taken`: the enrolment or pending request of the same fiscal code at the house (R12);
    `approved_otherwise`: what approved enrolments of any house say otherwise (R03, R04, R08). What a paper does not say
    raises R11 and nothing else.
    """
    found: list[Finding] = []
    if redirected:
        county = next((c for p in content["work_points"] if (c := p["address"]["county"])), "")
        found.append(Finding("R01", "work_points", {"county": county}))
    if content["no_contract_declaration"] is False:
        found.append(Finding("R02", "no_contract_declaration"))
    found += _sanitary_authorisations(content, today)
    for index, physician in enumerate(content["physicians"]):
        found += _physician(physician, f"physicians[{index}]", today)
    found += [Finding("R11", path) for path in sorted(as_written)]
    found += [Finding("R11", path, {"missing": True}) for path in sorted(missing)]
    if missing and not any(point["address"]["county"] for point in content["work_points"]):
        found.append(Finding("R11", "work_points", {"competence": "open"}))
    if taken:
        found.append(Finding("R12", "provider.uic", {"uic": content["provider"]["uic"], **taken}))
    found += approved_otherwise
    own = content["application"]
    if content["des_channel"] == "own_application" and own and not own["certification_no"]:
        product, version = own["product"] or "", own["version"] or ""
        found.append(Finding("R13", "application.certification_no", {"product": product, "version": version}))
    if content["signature"] in ("none", None):
        found.append(Finding("R14", "signature"))
    return sorted(found, key=lambda f: f.code)


def explain(finding: Finding) -> str:
    """The finding as a sentence for applicant and clerk, in the language of the page."""
    facts = finding.facts | {k: _day(v) if v else NOT_SAID for k, v in finding.facts.items() if k in DATES}
    specialties = facts.get("uncovered")
    if specialties:
        facts["uncovered"] = ", ".join(str(nomenclature.specialty(code).label) for code in specialties)
    if finding.code == "R11":
        return _about_paper(finding)
    if finding.code == "R07" and finding.field.endswith("valid_from"):
        return _("Medicul {name}: polița de malpraxis nr. {number} începe abia la {valid_from}.").format(**facts)
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


def _about_paper(finding: Finding) -> str:
    """What is wrong with the paper itself: it lacks something, or something stands on it that cannot be right."""
    from enrolment.providers.form import FORM

    if finding.facts.get("competence") == "open":
        return _(
            "Cererea nu spune în ce județ este punctul de lucru, deci casa competentă nu este stabilită: a fost "
            "înregistrată la casa la care a venit."
        )
    label = field_label(FORM, finding.field)
    if finding.facts.get("missing"):
        return _("„{field}” lipsește pe hârtie.").format(field=label)
    return _("Câmpul „{field}” este completat greșit pe hârtie; a fost preluat așa cum este scris.").format(field=label)


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
                    "name": point["name"] or str(index + 1),
                    "number": paper["number"] or NOT_SAID,
                    "issuer": paper["issuer"] or NOT_SAID,
                    "valid_until": paper["valid_until"],
                    "today": today.isoformat(),
                },
            )


def _physician(physician: dict[str, Any], place: str, today: date) -> Iterator[Finding]:
    name = f"{(physician['last_name'] or '').upper()} {physician['first_name'] or ''}".strip() or NOT_SAID
    day = today.isoformat()
    endorsement = physician["annual_endorsement"]
    begins, ends = endorsement["valid_from"], endorsement["valid_until"]
    if (begins and day < begins) or (ends and ends < day):
        yield Finding("R06", f"{place}.annual_endorsement", {"name": name, **endorsement, "today": day})
    policy = physician["malpractice"]
    facts = {
        "name": name,
        "number": policy["number"] or NOT_SAID,
        "valid_until": policy["valid_until"],
        "today": day,
    }
    declared = [s["code"] for s in physician["specialties"] if s["code"]]
    uncovered = [code for code in declared if policy["specialties"] and code not in policy["specialties"]]
    begins = policy.get("valid_from")
    if policy["valid_until"] and policy["valid_until"] < day:
        yield Finding("R07", f"{place}.malpractice.valid_until", facts)
    elif begins and begins > day:
        yield Finding("R07", f"{place}.malpractice.valid_from", facts | {"valid_from": begins})
    elif uncovered:
        yield Finding("R07", f"{place}.malpractice.specialties", facts | {"uncovered": uncovered})


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "j F Y")
