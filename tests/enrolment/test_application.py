"""Form F1: the regression set of 140 keyed-in requests, and whatever a file may throw at it."""

import copy
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrolment.providers import rules, schema
from tests import world
from tests.conftest import DAY

TODAY = date(2026, 11, 23)  # for which the paper requests were written
DATA = Path(__file__).parent / "data" / "applications"


def read(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_the_regression_set_is_whole():
    assert len(read("applications.jsonl")) == len(read("expected.jsonl")) == 140


@pytest.mark.parametrize(
    ("raw", "expected"),
    list(zip(read("applications.jsonl"), read("expected.jsonl"), strict=True)),
    ids=lambda value: f"{value['ref']}-{value.get('case', '')}",
)
def test_each_paper_request_is_judged_as_expected(raw, expected):
    parsed = schema.SCHEMA.parse(raw, today=TODAY)
    assert sorted(e.field for e in parsed.errors) == sorted(expected.get("fields", []))
    assert (parsed.content is None) == (expected["outcome"] == "invalid")
    for path, value in expected.get("normalised", {}).items():
        assert at(parsed.content, path) == value
    for error in parsed.errors:
        assert len(error.message) > 10


def at(content, path):
    for key in path.replace("[", ".").replace("]", "").split("."):
        content = content[int(key)] if key.isdigit() else content[key]
    return content


@pytest.fixture
def good():
    return copy.deepcopy(next(r for r in read("applications.jsonl") if r["ref"] == "A-0004"))


def errors(raw, **options):
    return {(e.field, e.code) for e in schema.SCHEMA.parse(raw, today=TODAY, **options).errors}


def test_a_clean_request_has_no_errors(good):
    assert errors(good) == set()


CHANGES = [
    (lambda r: r["provider"].update(uic="1750514139013"), ("provider.uic", "cnp_not_fiscal_code")),
    (lambda r: r["provider"].update(phone="123"), ("provider.phone", "phone")),
    (lambda r: r["provider"].update(name="x" * 101), ("provider.name", "too_long")),
    (lambda r: r["provider"].update(name="  "), ("provider.name", "missing")),
    (lambda r: r["provider"].update(name="a\x00b"), ("provider.name", "characters")),
    (lambda r: r["provider"].update(name="a\u202eb"), ("provider.name", "characters")),
    (lambda r: r["provider"].update(name="\ud800"), ("provider.name", "characters")),
    (
        lambda r: r["provider"].update(cabinet_register_no="", legal_form="CMI"),
        ("provider.cabinet_register_no", "register_no"),
    ),
    (lambda r: r.update(received_on="2026-11-24"), ("received_on", "future_date")),
    (lambda r: r.update(channel="fax"), ("channel", "code_list")),
    (lambda r: r.update(house="CAS-XX"), ("house", "code_list")),
    (lambda r: r.update(declaration=False), ("declaration", "must_accept")),
    (lambda r: r.update(privacy_notice="da"), ("privacy_notice", "type")),
    (lambda r: r.update(physicians=[]), ("physicians", "no_physician")),
    (lambda r: r.pop("physicians"), ("physicians", "no_physician")),
    (lambda r: r.update(work_points=[]), ("work_points", "no_work_point")),
    (lambda r: r.update(des_channel="own_application", application=None), ("application", "missing")),
    (lambda r: r["physicians"][0].update(work_point=7), ("physicians[0].work_point", "work_point_index")),
    (lambda r: r["physicians"][0].update(work_point="0"), ("physicians[0].work_point", "type")),
    (lambda r: r["physicians"][0].update(emergency_role=1), ("physicians[0].emergency_role", "type")),
    (lambda r: r["physicians"][0].update(specialties=[]), ("physicians[0].specialties", "missing")),
    (
        lambda r: r["physicians"][0]["annual_endorsement"].update(valid_until="2026-02-30"),
        ("physicians[0].annual_endorsement.valid_until", "date"),
    ),
    (
        lambda r: r["legal_representative"]["identity_document"].pop("valid_until"),
        ("legal_representative.identity_document.valid_until", "missing"),
    ),
    (lambda r: r.update(surprise=1), ("surprise", "unknown_field")),
    (lambda r: r["provider"].update({"²": 1}), ("provider.²", "unknown_field")),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=lambda v: v[1] if isinstance(v, tuple) else "")
def test_one_wrong_thing_is_one_error_at_its_field(good, change, expected):
    change(good)
    assert errors(good) == {expected}


def test_one_stamp_code_for_two_persons_is_an_error_for_one_person_twice_is_not(good):
    twin = copy.deepcopy(good["physicians"][0])
    good["physicians"].append(twin)
    assert errors(good) == set()
    twin["cnp"] = "1750514139013"
    assert errors(good) == {(f"physicians[{len(good['physicians']) - 1}].stamp_code", "stamp_code_shared")}


def test_a_county_without_a_physician_is_asked_about(good):
    point = copy.deepcopy(good["work_points"][0])
    point["address"]["county"] = "CJ" if point["address"]["county"] != "CJ" else "CT"
    good["work_points"].append(point)
    assert errors(good) == {(f"work_points[{len(good['work_points']) - 1}]", "no_physician_in_county")}


def test_what_stands_wrong_on_the_paper_is_kept_and_becomes_r11(good):
    good["provider"]["uic"] = "12345675"
    good["legal_representative"]["cnp"] = "1750514139014"
    paths = frozenset({"provider.uic", "legal_representative.cnp"})
    assert errors(good) == {("provider.uic", "fiscal_code"), ("legal_representative.cnp", "cnp_checksum")}
    parsed = schema.SCHEMA.parse(good, today=TODAY, as_written=paths)
    assert parsed.errors == ()
    assert parsed.as_written == paths
    assert parsed.content["provider"]["uic"] == "12345675"
    part = schema.part_for_county(parsed.content, schema.competent_counties(parsed.content)[0])
    found = rules.findings(part, today=TODAY, redirected=False, as_written=parsed.as_written)
    assert [f.code for f in found].count("R11") == 2


def test_a_missing_declaration_cannot_be_as_written(good):
    good["declaration"] = False
    assert errors(good, as_written=frozenset({"declaration"})) == {("declaration", "must_accept")}


def test_dates_may_be_written_both_ways(good):
    good["received_on"] = "23.11.2026"
    assert schema.SCHEMA.parse(good, today=TODAY).content["received_on"] == "2026-11-23"


def test_parsing_twice_changes_nothing(good):
    once = schema.SCHEMA.parse(good, today=TODAY).content
    assert schema.SCHEMA.parse(once, today=TODAY).content == once


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
GOOD = next(r for r in read("applications.jsonl") if r["ref"] == "A-0004")


def paths_in(value, prefix=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*prefix, key)
            yield from paths_in(item, (*prefix, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*prefix, index)
            yield from paths_in(item, (*prefix, index))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(paths_in(GOOD))), json_values)
def test_no_value_anywhere_makes_it_raise(path, value):
    raw = copy.deepcopy(GOOD)
    target = raw
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    parsed = schema.SCHEMA.parse(raw, today=TODAY)
    assert (parsed.content is None) == bool(parsed.errors)


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_no_document_makes_it_raise(raw):
    assert schema.SCHEMA.parse(raw, today=TODAY).errors


def test_deep_nesting_is_an_error_not_a_crash():
    deep = []
    for _ in range(2000):
        deep = [deep]
    assert schema.SCHEMA.parse({"provider": deep}, today=TODAY).errors


def test_the_schema_names_every_top_level_field():
    assert set(GOOD) <= set(schema.SCHEMA.json_schema()["properties"])


@pytest.mark.calendar
def test_the_demo_application_is_valid():
    content = world.application() | {"channel": "online", "received_on": DAY.isoformat(), "signature": "account"}
    assert schema.SCHEMA.parse(content, today=DAY).errors == ()
