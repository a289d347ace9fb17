import json

from tests.workflows.test_intake import DATA, DAY, FILE
from workflows import intake, procedures
from workflows.models import Case


def outcomes():
    expected = [json.loads(line) for line in (DATA / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
    reports = list(intake.load(procedures.get("providers"), FILE.read_text(encoding="utf-8").splitlines(), today=DAY))
    right = sum(
        (r["outcome"], r.get("findings"), sorted(e["field"] for e in r.get("errors", [])))
        == (e["outcome"], e.get("findings"), sorted(e.get("fields", [])))
        for r, e in zip(reports, expected, strict=True)
    )
    return right, len(expected)


def test_intake(db, goal):
    right, total = outcomes()
    cases = Case.objects.count()
    again, _ = outcomes()
    added = Case.objects.count() - cases
    goal(
        "intake",
        value=f"{right} and {again} of {total}, {added} of {cases} cases doubled",
        target="140 of 140 twice, 0 doubled",
        ok=right == again == total == 140 and added == 0,
    )


def test_intake_self_test_notices_a_broken_rule(db, monkeypatch):
    monkeypatch.setattr("enrolment.providers.rules._sanitary_authorisations", lambda *args: [])
    assert outcomes()[0] < 140
