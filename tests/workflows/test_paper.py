"""What a paper request lacks: registered all the same, nothing invented, shown for what it is."""

import copy
import json

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.models import Document
from tests.conftest import DAY
from tests.paper import PATHS, WHOLE, found, on_paper, register, without
from tests.world import act, application
from workflows import intake, procedures
from workflows.enums import Outcome
from workflows.errors import Refused
from workflows.forms import absent
from workflows.models import Case
from workflows.services import texts
from workflows.services.casefile import CaseFile

# What other answers make a form ask for: a cabinet its number, an identity card its series, no word that there is none.
ASKED_BY_OTHERS = (
    "provider.cabinet_register_no",
    "legal_representative.identity_document.series",
    "physicians[0].specialties",
)


def _is_required(path):
    """Does the schema ask for the field at this path?"""
    kind, required = procedures.get("providers").form.schema.model, True
    for key in absent.keys(path):
        if isinstance(key, str):
            required = kind.model_fields[key].is_required()
            kind = kind.model_fields[key].annotation
        else:
            [kind] = kind.__args__
    return required


@pytest.mark.parametrize("path", PATHS)
def test_whatever_a_paper_lacks_is_registered_and_raises_r11_there(people, path):
    [case] = register(people, [path]).cases
    assert ("R11", path) in found(case)
    assert {code for code, _field in found(case)} - {"R11", "R14"} == set()
    assert case.current.missing == [path]


@pytest.mark.parametrize("path", PATHS)
def test_without_the_mark_a_missing_field_stays_an_error_of_keying(people, path):
    content, _outer = without(WHOLE, [path])
    parsed = procedures.get("providers").form.parse(content, today=DAY)
    assert bool(parsed.errors) == (_is_required(path) or path in ASKED_BY_OTHERS)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(missing=st.sets(st.sampled_from(PATHS)))
def test_every_subset_is_registered_and_every_page_and_text_of_it_renders(people, browse, missing):
    with transaction.atomic():
        cases = register(people, missing).cases
        assert len(cases) == 1
        case = cases[0]
        client = browse(people.clerk)
        shown = client.get(reverse("workflows:case", args=[case.public_id])).content.decode()
        assert ("lipsește pe hârtie" in shown) == bool(missing)
        assert client.get(reverse("workflows:inbox") + "?lista=take").status_code == 200
        act(case, people.clerk, outcome="reject", reasons=("R05",), text="Lipsuri.")
        read = texts.draft(CaseFile.of(case), Outcome.REJECT)
        assert not any("None" in text.html for text in read.texts)
        assert "None" not in str(Document.objects.get(about=case.public_id, kind="workflows.registered").context["to"])
        transaction.set_rollback(True)


def test_nothing_is_ticked_for_anybody(people):
    [case] = register(people, ["declaration", "privacy_notice", "no_contract_declaration"]).cases
    content = case.content
    assert (content["declaration"], content["privacy_notice"], content["no_contract_declaration"]) == (None, None, None)


def test_without_work_points_it_is_registered_where_it_came_in_and_competence_is_open(people):
    submission = register(people, ["work_points"])
    [case] = submission.cases
    assert (case.house, submission.redirected) == (people.house, False)
    told = {f["facts"].get("competence") for f in case.checks.get().findings}
    assert "open" in told
    with pytest.raises(Refused, match="Puncte de lucru"):
        act(case, people.clerk, outcome="approve")


def test_what_is_needed_must_be_there_before_an_approval(people):
    [case] = register(people, ["physicians[0].cnp"]).cases
    with pytest.raises(Refused, match="Medicul 1: Codul numeric personal"):
        act(case, people.clerk, outcome="approve")


def test_two_papers_without_a_fiscal_code_are_not_the_same(people):
    [first] = register(people, ["provider.uic"]).cases
    [second] = register(people, ["provider.uic"], reference="P-2").cases
    assert [case.subject_key for case in (first, second)] == ["", ""]
    assert "R12" not in {code for case in (first, second) for code, _field in found(case)}


def test_in_two_counties_each_house_is_told_what_its_own_part_lacks(people):
    content = on_paper()
    point, physician = copy.deepcopy(content["work_points"][0]), copy.deepcopy(content["physicians"][0])
    point["address"]["county"] = "CJ"
    content["work_points"].append(point)
    content["physicians"].append(physician | {"work_point": 1, "cnp": "2811103409027", "stamp_code": "B12345"})
    here, there = register(people, ["physicians[1].email"], content=content).cases
    assert ("R11", "physicians[0].email") in found(there)
    assert (here.current.missing, there.current.missing) == ([], ["physicians[0].email"])


@pytest.mark.parametrize(
    ("missing", "field", "code"),
    [
        (["ref"], "ref", "missing_unknown"),
        (["channel"], "channel", "missing_unknown"),
        (["provider.surname"], "provider.surname", "missing_unknown"),
        (["physicians[7].email"], "physicians[7].email", "missing_unknown"),
        (["provider.name"], "provider.name", "missing_filled"),
        (["physicians"], "physicians", "missing_filled"),
    ],
)
def test_a_mark_where_nothing_can_lack_is_an_error(missing, field, code):
    parsed = procedures.get("providers").form.parse(WHOLE, today=DAY, missing=frozenset(missing))
    assert [(e.field, e.code) for e in parsed.errors] == [(field, code)]


def test_an_intake_line_says_what_its_paper_lacks(db):
    line = WHOLE | {"house": "CAS-CT"}
    del line["declaration"], line["physicians"]
    load = lambda extra: intake.load_line(procedures.get("providers"), json.dumps(line | extra), today=DAY)  # noqa: E731
    assert sorted(e["field"] for e in load({})["errors"]) == ["declaration", "physicians"]
    told = {"missing_on_paper": ["physicians", "declaration"]}
    report = load(told)
    assert (report["outcome"], report["findings"]) == ("registered", ["R11"])
    assert load(told)["repeated"] is True
    assert load({"missing_on_paper": "declaration"})["errors"][0]["field"] == "missing_on_paper"
    assert [e["field"] for e in load({"missing_on_paper": [*told["missing_on_paper"], "ref"]})["errors"]] == ["ref"]


def test_the_paper_form_keeps_its_marks_and_moves_them_with_the_rows(people, browse):
    from tests.workflows.test_views import paper_data

    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    content = application()
    content["physicians"].append(copy.deepcopy(content["physicians"][0]) | {"email": ""})
    data = paper_data(content) | {"missing": ["physicians.1.email", "declaration"]}
    del data["go"], data["declaration"]
    client.post(url, data | {"remove": "physicians.0"})
    shown = client.get(url).content.decode()
    assert 'id="missing_physicians.0.email"\n' in shown.replace("\r", "")
    draft = people.clerk.filings.get()
    assert draft.missing == ["declaration", "physicians[0].email"]


def test_a_row_number_can_stand_as_it_is_written_too(people, browse):
    from tests.workflows.test_views import paper_data

    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    content = application()
    content["physicians"][0]["stamp_code"] = "1"
    data = paper_data(content)
    assert client.post(url, data).status_code == 422
    assert client.post(url, data | {"as_written": "physicians.0.stamp_code"}).status_code == 302
    assert found(Case.objects.get()) == [("R11", "physicians[0].stamp_code")]
