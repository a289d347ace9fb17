"""Who and what can be declared (issue 9): in a file, on the pages of the form, in the annex of the decision."""

import copy
from datetime import timedelta

import pytest
from django.urls import reverse

from enrolment import nomenclature
from enrolment.providers import form, form_parts, rules, schema, text
from tests import world
from tests.conftest import DAY
from workflows import procedures
from workflows.attachments import services as attachments
from workflows.forms import display
from workflows.models import Case, Filing
from workflows.services import filings


@pytest.fixture
def content():
    return world.application() | {"channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten"}


def parse(content):
    return schema.SCHEMA.parse(content, today=DAY)


def errors(content):
    return {(error.field, error.code) for error in parse(content).errors}


def physician(content, **changes):
    content["physicians"][0] |= changes
    return content


def test_general_dentistry_is_a_speciality():
    assert nomenclature.specialty("S65").name == "Stomatologie generală"


def test_a_physician_may_have_no_speciality_and_then_the_policy_lists_none(content):
    policy = content["physicians"][0]["malpractice"] | {"specialties": []}
    none = physician(copy.deepcopy(content), without_specialty=True, specialties=[], malpractice=policy)
    assert errors(none) == set()
    part = parse(none).content
    assert rules.findings(part, today=DAY, redirected=False) == []
    assert text._physician(part["physicians"][0], part)["specialties"] == "medic, fără specialitate"
    # Nobody is without speciality because a line was forgotten, and nobody has none and one.
    forgotten = physician(copy.deepcopy(content), specialties=[])
    assert errors(forgotten) == {("physicians[0].specialties", "missing")}
    both = physician(copy.deepcopy(content), without_specialty=True)
    assert errors(both) == {("physicians[0].without_specialty", "has_specialties")}
    uncovered = physician(copy.deepcopy(content), malpractice=policy)
    assert errors(uncovered) == {("physicians[0].malpractice.specialties", "missing")}


@pytest.mark.parametrize(
    ("kind", "series", "wrong"),
    [
        ("CI", "KZ", set()),
        ("CI", "", {"missing"}),
        ("BI", "GR", set()),
        ("BI", " ", {"missing"}),
        ("CIE", "", set()),
        ("PASS", "", set()),
        ("PR", "", set()),
        ("CR", "", set()),
        ("XX", "", {"code_list"}),
    ],
)
def test_only_the_old_identity_card_has_a_series(content, kind, series, wrong):
    paper = content["legal_representative"]["identity_document"]
    paper |= {"type": kind, "series": series}
    assert {code for _field, code in errors(content)} == wrong
    del paper["series"]
    assert bool(errors(content)) == (kind in ("CI", "BI", "XX"))


def test_a_document_that_is_issued_no_longer_is_read_and_not_offered(content):
    offered = lambda c: dict(form_parts.identity_documents(c, "legal_representative.identity_document.type"))  # noqa: E731
    assert [code for code in offered({}) if code] == ["CI", "CIE", "PASS", "PR", "CR"]
    content["legal_representative"]["identity_document"]["type"] = "BI"
    assert str(offered(content)["BI"]) == "buletin de identitate"


@pytest.mark.parametrize(("written", "kept"), [("CMR", "CMR"), ("CMSR", "CMSR"), ("CMDR", "CMSR")])
def test_the_college_of_dentists_is_read_under_both_names(content, written, kept):
    content["physicians"][0]["membership"]["college"] = written
    assert parse(content).content["physicians"][0]["membership"]["college"] == kept


@pytest.mark.parametrize(
    ("county", "sector", "channel", "wrong"),
    [
        ("B", "3", "online", None),
        ("B", "", "online", "sector_missing"),
        ("B", "", "counter", None),  # the paper may lack it
        ("B", "7", "counter", "code_list"),
        ("CT", "3", "counter", "sector_elsewhere"),
        ("CT", "", "online", None),
    ],
)
@pytest.mark.parametrize("place", ["provider.headquarters", "work_points[0].address"])
def test_bucharest_has_sectors_and_no_other_county_has(content, county, sector, channel, wrong, place):
    address = content["provider"]["headquarters"] if "provider" in place else content["work_points"][0]["address"]
    address |= {"county": county, "sector": sector}
    assert errors(content | {"channel": channel}) == ({(f"{place}.sector", wrong)} if wrong else set())


def test_a_contact_can_be_reached_and_a_mandate_says_whose_it_is(content):
    content["contact"] = {"name": "Ana Pop", "phone": "+40 741 123 456"}
    content["mandate"] = {"number": "12", "issued_on": DAY.strftime("%d/%m/%Y"), "issuer": "BNP Pop"}
    judged = parse(content).content
    assert judged["contact"] == {"name": "Ana Pop", "phone": "0741123456", "email": ""}
    assert judged["mandate"]["issued_on"] == DAY.isoformat()
    content["contact"] = {"name": "Ana Pop"}
    content["mandate"] = {"number": "12", "issued_on": (DAY + timedelta(days=1)).isoformat(), "issuer": ""}
    assert errors(content) == {
        ("contact.phone", "contact_way"),
        ("mandate.issued_on", "future_date"),
        ("mandate.issuer", "missing"),
    }


@pytest.mark.parametrize(("days", "found"), [(-1, []), (0, []), (1, ["R07"])])
def test_a_policy_that_has_not_begun_covers_nothing(content, days, found):
    content["physicians"][0]["malpractice"]["valid_from"] = (DAY + timedelta(days=days)).isoformat()
    findings = rules.findings(parse(content).content, today=DAY, redirected=False)
    assert [finding.code for finding in findings] == found
    for finding in findings:
        assert "începe abia la" in rules.explain(finding)


def test_an_engagement_ends_after_it_begins_and_stands_in_the_annex(content):
    physician(content, engagement="employee", engagement_from="2026-02-01", engagement_until="31.12.2026")
    part = parse(content).content
    row = text._physician(part["physicians"][0], part)
    assert row["engagement"] == "contract individual de muncă, din 01.02.2026 până la 31.12.2026"
    physician(content, engagement_until="2026-01-31")
    assert errors(content) == {("physicians[0].engagement_until", "ends_before_it_starts")}


def test_a_file_needs_none_of_the_new_fields(content):
    new = {
        "contact": None,
        "mandate": None,
        "sector": "",
        "without_specialty": False,
        "engagement_from": None,
        "engagement_until": None,
    }
    judged = parse(content).content
    shown = judged | judged["provider"]["headquarters"] | judged["physicians"][0]
    assert {name: shown[name] for name in new} == new
    assert judged["physicians"][0]["malpractice"]["valid_from"] is None


def posted(page, content):
    """What a browser sends for one page of the form."""
    found = {}

    def walk(value, path):
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, f"{path}.{key}" if path else key)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for index, item in enumerate(value):
                walk(item, f"{path}.{index}")
        elif isinstance(value, bool):
            found[path] = str(value).lower()
        else:
            found[path] = "" if value is None else value

    walk({key: content[key] for key in page.prefixes if key in content}, "")
    return found | {"go": "1"}


def test_all_of_it_can_be_declared_on_the_pages_of_the_form(people, browse):
    client = browse(people.provider)
    content = world.application()
    content["legal_representative"]["identity_document"] |= {"type": "CIE", "series": ""}
    content["contact"] = {"name": "Ana Pop", "phone": "0741123456", "email": ""}
    content["mandate"] = {"number": "12", "issued_on": "2026-01-15", "issuer": "BNP Pop"}
    content["work_points"][0]["address"] |= {"block": "A1", "staircase": "B", "floor": "3", "apartment": "12"}
    physician(content, without_specialty="true", specialties=[{"code": "", "grade": ""}])
    content["physicians"][0]["malpractice"].pop("specialties")
    address = client.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    for page in form.PAGES:
        answer = client.post(address, posted(page, content))
        assert answer.status_code == 302, page.slug
        address = answer.url
    draft = Filing.objects.get()
    assert [group.kind.code for group in attachments.groups(draft)][-1] == "mandate"
    review = client.get(reverse("workflows:file_review", args=[draft.public_id])).content.decode()
    for shown in ("carte electronică de identitate", "Ana Pop", "BNP Pop", "A1"):
        assert shown in review
    assert client.post(reverse("workflows:file_review", args=[draft.public_id])).status_code == 302
    declared = Case.objects.get().content["physicians"][0]
    assert (declared["without_specialty"], declared["specialties"], declared["malpractice"]["specialties"]) == (
        True,
        [],
        [],
    )


def test_nothing_is_filled_in_before_somebody_fills_it_in(people, browse):
    client = browse(people.provider)
    client.post(reverse("workflows:file_new"), {"procedure": "providers"})
    draft = Filing.objects.get()
    for page in form.PAGES:
        shown = client.get(reverse("workflows:file_step", args=[draft.public_id, page.slug]))
        for line in shown.context["lines"]:
            if line.box and line.box.kind == "select":
                assert line.choices[0][0] == "", line.name
    assert draft.content == {}


def test_a_mandate_that_was_not_declared_is_not_asked_for(people):
    draft = filings.start_online(procedures.get("providers"), owner=people.provider)
    assert "mandate" not in [group.kind.code for group in attachments.groups(draft)]


def test_contact_and_mandate_of_which_nothing_was_written_are_none(content):
    blank = {"name": "", "phone": " ", "email": ""}
    assert form.FORM.tidy(copy.deepcopy(content) | {"contact": blank, "mandate": {"number": ""}})["contact"] is None
    assert display.sections(form.FORM, content)
