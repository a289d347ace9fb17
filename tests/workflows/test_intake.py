"""`manage.py intake`: 140 of 140, twice (the regression set of paper requests)."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from workflows import intake, procedures
from workflows.models import Case, Filing, RegistryEntry

pytestmark = pytest.mark.calendar

DAY = date(2026, 11, 23)  # for which the paper requests were written: their papers are in force then
DATA = Path(__file__).parent.parent / "enrolment" / "data" / "applications"
FILE = DATA / "applications.jsonl"


def run(tmp_path, file=FILE):
    report = tmp_path / "report.jsonl"
    call_command("intake", file, procedure="providers", report=report, today=DAY, stderr=StringIO())
    return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]


def test_every_request_becomes_what_is_expected_and_the_second_run_adds_nothing(db, tmp_path):
    expected = [json.loads(line) for line in (DATA / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
    first = run(tmp_path)
    cases, entries = Case.objects.count(), RegistryEntry.objects.count()
    second = run(tmp_path)
    assert (Case.objects.count(), RegistryEntry.objects.count()) == (cases, entries)
    for line, again, want in zip(first, second, expected, strict=True):
        assert line["ref"] == want["ref"]
        assert line["outcome"] == want["outcome"]
        assert line.get("findings") == want.get("findings")
        assert sorted(e["field"] for e in line.get("errors", [])) == sorted(want.get("fields", []))
        if "house" in want:
            assert line["house"] == want["house"]
        if "cases" in want:
            assert sorted(c["house"] for c in line["cases"]) == sorted(want["cases"])
            assert (line["house"], line["number"]) == (line["cases"][0]["house"], line["cases"][0]["number"])
        if line["outcome"] == "invalid":
            assert again == line
        else:
            assert again == line | {"repeated": True}
    assert cases == 87 + 3  # 87 lines stand, three of them in two houses


def test_a_line_ends_at_its_newline_alone(db, tmp_path):
    """A name may hold what other programs take for the end of a line."""
    line = json.loads(FILE.read_text(encoding="utf-8").split("\n")[3])
    name = line["provider"]["name"]
    line["provider"]["name"] = name.replace(" ", "\u2028", 1).replace(" ", "\x85", 1)
    file = tmp_path / "lines.jsonl"
    file.write_bytes((json.dumps(line, ensure_ascii=False) + "\r\n").encode())
    assert [report["outcome"] for report in run(tmp_path, file)] == ["registered"]
    assert Case.objects.get().subject_name == name


def test_a_redirected_request_leaves_a_number_in_the_house_of_entry(db, tmp_path):
    run(tmp_path)
    case = Case.objects.select_related("entry__redirected_from__house").get(filing__reference="A-0026")
    assert case.house.code == "CAS-VS"
    assert case.entry.redirected_from.house.code == "CAS-BZ"


@pytest.fixture
def today():
    return DAY


@pytest.fixture
def line():
    return json.loads(FILE.read_text(encoding="utf-8").splitlines()[3])


def load(line, today):
    return intake.load_line(procedures.get("providers"), json.dumps(line), today=today)


def test_the_same_reference_with_other_content_is_refused(db, line, today):
    assert load(line, today)["outcome"] == "registered"
    line["provider"]["name"] = "Alt nume"
    report = load(line, today)
    assert [e["field"] for e in report["errors"]] == ["ref"]
    assert Case.objects.count() == 1


def test_the_same_reference_at_another_house_is_another_request(db, line, today):
    first = load(line, today)
    line["house"] = "CAS-BV" if line["house"] != "CAS-BV" else "CAS-CT"
    assert load(line, today)["outcome"] == "redirected"
    assert Case.objects.count() == 2
    assert first["outcome"] == "registered"


def test_the_same_line_put_right_is_loaded(db, line, today):
    line["provider"]["email"] = "x@@example.ro"
    assert load(line, today)["outcome"] == "invalid"
    assert Filing.objects.count() == 0
    line["provider"]["email"] = "x@example.ro"
    assert load(line, today)["outcome"] == "registered"


@pytest.mark.parametrize("bad", ["{", "[]", "null", '"x"', "NaN", '{"ref": NaN}', "[" * 3000, '{"ref": "\\ud800"}'])
def test_a_line_that_is_no_request_is_reported_and_the_next_goes_on(db, line, today, bad):
    reports = list(intake.load(procedures.get("providers"), [bad, json.dumps(line)], today=today))
    assert [r["outcome"] for r in reports] == ["invalid", "registered"]
    assert reports[0]["errors"]


def test_a_file_that_cannot_be_read_ends_with_2(db, tmp_path):
    with pytest.raises(CommandError) as problem:
        run(tmp_path, file=tmp_path / "absent.jsonl")
    assert problem.value.returncode == 2


def test_a_line_without_reference_or_house_says_so(db, line, today):
    del line["ref"], line["house"]
    assert sorted(e["field"] for e in load(line, today)["errors"]) == ["house", "ref"]
