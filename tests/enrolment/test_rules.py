"""Each automatic rule: the fact that raises it, and its nearest neighbour that does not."""

import copy
from datetime import timedelta

import pytest

from enrolment.providers import rules, schema
from tests import world
from tests.conftest import DAY as TODAY
from workflows.procedures import Finding

pytestmark = pytest.mark.calendar


@pytest.fixture
def part():
    content = world.application() | {"channel": "online", "received_on": TODAY.isoformat(), "signature": "account"}
    return schema.SCHEMA.parse(content, today=TODAY).content


def codes(part, **options):
    options = {"today": TODAY, "redirected": False} | options
    return [f.code for f in rules.findings(part, **options)]


def test_a_clean_application_raises_nothing(part):
    assert codes(part) == []


@pytest.mark.parametrize(("days", "raised"), [(-1, ["R05"]), (0, []), (1, [])])
def test_a_sanitary_authorisation_is_valid_on_its_last_day(part, days, raised):
    day = (TODAY + timedelta(days=days)).isoformat()
    part["work_points"][0]["sanitary_authorisation"]["valid_until"] = day
    assert codes(part) == raised


def test_an_authorisation_without_end_never_expires(part):
    part["work_points"][0]["sanitary_authorisation"]["valid_until"] = None
    assert codes(part) == []


@pytest.mark.parametrize(
    ("start", "end", "raised"),
    [(-10, -1, ["R06"]), (-10, 0, []), (0, 10, []), (1, 10, ["R06"])],
)
def test_the_annual_endorsement_covers_the_day(part, start, end, raised):
    part["physicians"][0]["annual_endorsement"] = {
        "valid_from": (TODAY + timedelta(days=start)).isoformat(),
        "valid_until": (TODAY + timedelta(days=end)).isoformat(),
    }
    assert codes(part) == raised


def test_a_policy_covers_the_day_and_every_declared_speciality(part):
    policy = part["physicians"][0]["malpractice"]
    policy["valid_until"] = (TODAY - timedelta(days=1)).isoformat()
    assert codes(part) == ["R07"]
    policy["valid_until"] = TODAY.isoformat()
    assert codes(part) == []
    part["physicians"][0]["specialties"].append({"code": "S18", "grade": "specialist"})
    assert codes(part) == ["R07"]
    policy["specialties"].append("S18")
    assert codes(part) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"no_contract_declaration": False}, "R02"),
        ({"signature": "none"}, "R14"),
        (
            {
                "des_channel": "own_application",
                "application": {"vendor": "V", "product": "P", "version": "1", "certification_no": ""},
            },
            "R13",
        ),
    ],
)
def test_one_fact_raises_one_rule(part, change, code):
    assert codes(part | change) == [code]


def test_a_certified_application_is_fine(part):
    own = {"vendor": "V", "product": "P", "version": "1", "certification_no": "DES-1"}
    assert codes(part | {"des_channel": "own_application", "application": own}) == []


def test_what_only_the_house_knows_is_passed_in(part):
    assert codes(part, redirected=True) == ["R01"]
    assert codes(part, taken={"fact": "pending", "number": "7/23.11.2026"}) == ["R12"]
    assert codes(part, as_written=frozenset({"provider.uic"})) == ["R11"]


def test_every_finding_explains_itself_and_says_no_identity_number(part):
    part = copy.deepcopy(part)
    part["work_points"][0]["sanitary_authorisation"]["valid_until"] = "2020-01-01"
    part["physicians"][0]["annual_endorsement"]["valid_until"] = "2020-01-01"
    part["physicians"][0]["malpractice"]["valid_until"] = "2020-01-01"
    part |= {
        "no_contract_declaration": False,
        "signature": "none",
        "des_channel": "own_application",
        "application": {"vendor": "V", "product": "P", "version": "1", "certification_no": ""},
    }
    found = rules.findings(
        part,
        today=TODAY,
        taken={"fact": "active", "number": "7/23.11.2026"},
        redirected=True,
        as_written=frozenset({"provider.uic"}),
    )
    assert [f.code for f in found] == ["R01", "R02", "R05", "R06", "R07", "R11", "R12", "R13", "R14"]
    for finding in found:
        sentence = rules.explain(finding)
        assert "{" not in sentence
        assert "1750514139013" not in sentence + str(finding.as_dict())
        assert Finding(**finding.as_dict()) == finding


def test_each_house_sees_its_own_work_points_and_their_physicians(part):
    second = copy.deepcopy(part["work_points"][0])
    second["address"]["county"] = "CJ"
    colleague = copy.deepcopy(part["physicians"][0]) | {"work_point": 1, "last_name": "Pop"}
    part["work_points"].append(second)
    part["physicians"].append(colleague)
    assert schema.competent_counties(part) == ["CT", "CJ"]
    cluj = schema.part_for_county(part, "CJ")
    assert [p["address"]["county"] for p in cluj["work_points"]] == ["CJ"]
    assert [(p["last_name"], p["work_point"]) for p in cluj["physicians"]] == [("Pop", 0)]
