"""A change of data: the form as it stands now, what differs judged and signed, the new data in force."""

import copy

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from enrolment.providers.change.differences import differences
from enrolment.providers.change.procedure import changes_of
from enrolment.providers.models import DataChange
from notifications.models import Document
from tests.conftest import DAY
from tests.enrolment.about import ask, changed, enrolled, grant
from tests.world import act, run_jobs, sign
from workflows import procedures
from workflows.errors import Invalid, Refused
from workflows.services import filings
from workflows.services.casefile import CaseFile
from workflows.services.subjects import subject_of


@pytest.fixture
def enrolment(people):
    return enrolled(people)


@pytest.fixture
def asked(people, enrolment):
    """A new phone number, communicated online."""
    return ask(enrolment, "providers_change", by=people.provider, content=changed(enrolment))


def another_physician(content, **fields):
    """One more physician at the first work point."""
    added = copy.deepcopy(content["physicians"][0])
    added |= {"cnp": "2850101134567", "last_name": "Marinescu", "first_name": "Ana", "stamp_code": "D9999"} | fields
    return content | {"physicians": [*content["physicians"], added]}


def test_the_draft_is_what_stands_now_and_declares_nothing(people, enrolment):
    draft = filings.start_online(procedures.get("providers_change"), owner=people.provider, about=enrolment.case)
    assert draft.content["provider"] == enrolment.content["provider"]
    assert not {"declaration", "privacy_notice", "signature"} & set(draft.content)


def test_approved_the_new_data_hold_and_the_old_stay_in_the_history(people, enrolment, asked):
    before = enrolment.content
    grant(asked, people, people.head)
    assert enrolment.content["provider"]["phone"] == "0241999888"
    assert enrolment.content_case == asked
    assert enrolment.case.content == before
    assert enrolment.data_changes.get().holds_from


def test_the_next_draft_begins_with_the_changed_data_and_letters_go_to_the_new_address(people, enrolment):
    first = ask(enrolment, "providers_change", by=people.provider, content=changed(enrolment, email="nou@exemplu.ro"))
    grant(first, people, people.head)
    draft = filings.start_online(procedures.get("providers_change"), owner=people.provider, about=enrolment.case)
    assert draft.content["provider"]["email"] == "nou@exemplu.ro"
    assert subject_of(first).email == "nou@exemplu.ro"


def test_page_and_act_show_what_differs_before_and_after(people, browse, enrolment, asked):
    old = enrolment.content["provider"]["phone"]
    page = browse(people.clerk).get(reverse("workflows:case", args=[asked.public_id])).content.decode()
    assert "Ce se schimbă" in page
    grant(asked, people, people.head)
    shown = Document.objects.get(about=asked.public_id, kind="providers.change").context["changes"]
    assert [(c["before"], c["after"]) for c in shown] == [(old, "0241999888")]
    assert [c.as_dict() for c in changes_of(asked)] == shown  # the page says later what it said then


def test_a_physician_who_comes_is_one_line_and_a_renewed_paper_another(enrolment):
    content = enrolment.content
    new = another_physician(content)
    first = new["physicians"][0]
    new["physicians"][0] = first | {"malpractice": first["malpractice"] | {"number": "Z9"}}
    found = differences(content, new)
    assert [bool(d.before) for d in found] == [True, False]
    assert "Z9" in found[0].after
    assert "MARINESCU Ana" in found[1].what
    assert [d.after for d in differences(new, content)][-1] == ""


def test_a_work_point_that_moves_down_the_list_is_no_difference(enrolment):
    content = enrolment.content
    point = copy.deepcopy(content["work_points"][0]) | {"name": "Al doilea"}
    both = content | {"work_points": [content["work_points"][0], point]}
    turned = content | {
        "work_points": [point, content["work_points"][0]],
        "physicians": [p | {"work_point": 1} for p in content["physicians"]],
    }
    assert differences(both, turned) == []


def test_a_speciality_given_up_is_said(enrolment):
    content = enrolment.content
    first = content["physicians"][0]
    more = content | {
        "physicians": [first | {"specialties": [*first["specialties"], {"code": "001", "grade": "specialist"}]}]
    }
    gone = differences(more, content)
    assert gone
    assert all(d.before and not d.after for d in gone)


def test_of_an_identity_number_only_the_end_is_said(enrolment):
    content = enrolment.content
    person = content["legal_representative"] | {"cnp": "2850101134567"}
    (found,) = differences(content, content | {"legal_representative": person})
    assert found.after == "…4567"


def test_a_work_point_in_another_county_is_a_new_request(people, enrolment):
    content = changed(enrolment)
    there = copy.deepcopy(content["work_points"][0]) | {"name": "Cluj"}
    there["address"] |= {"county": "CJ", "locality": "Cluj-Napoca"}
    content["work_points"].append(there)
    content = another_physician(content, work_point=1)
    with pytest.raises(Refused, match="județul CJ"):
        ask(enrolment, "providers_change", by=people.provider, content=content)


def test_nothing_new_is_no_change(people, enrolment):
    content = enrolment.content | {"declaration": True, "privacy_notice": True}
    with pytest.raises(Refused, match="schimbați întâi ceva"):
        ask(enrolment, "providers_change", by=people.provider, content=content)


def test_declarations_are_given_anew(people, enrolment):
    with pytest.raises(Invalid):
        ask(enrolment, "providers_change", by=people.provider, content={"provider": changed(enrolment)["provider"]})


def test_the_fiscal_code_cannot_be_typed_over(people, browse, enrolment):
    client = browse(people.provider)
    page = client.post(reverse("workflows:my_follow_up", args=[enrolment.case.public_id, "providers_change"])).url
    shown = client.get(page).content.decode()
    assert "readonly" in shown
    client.post(page, {"provider.uic": "98765438", "provider.name": "Alt nume"})
    draft = enrolment.case.filings_about.get()
    assert draft.content["provider"]["uic"] == enrolment.provider_uic
    assert draft.content["provider"]["name"] == "Alt nume"


def test_a_new_physician_decides_nothing_about_the_change_nor_about_what_follows(people, enrolment):
    content = another_physician(changed(enrolment), cnp=people.clerk.person.cnp)
    case = ask(enrolment, "providers_change", by=people.provider, content=content)
    assert "parte" in CaseFile.of(case).refusal(people.clerk, "propose")
    act(case, people.clerk2, outcome="approve")
    act(case, people.head, outcome="agree")
    sign(case, people.director)
    run_jobs()
    later = ask(enrolment, "providers_key", by=people.provider, content={"reason": "lost", "explanation": ""})
    assert "parte" in CaseFile.of(later).refusal(people.clerk, "propose")


def test_a_rejection_passes_the_legal_adviser_and_changes_nothing(people, enrolment, asked):
    before = enrolment.content
    act(asked, people.clerk, outcome="reject", reasons=("C02",), text="Aceleași date.")
    assert asked.state == "visa"
    act(asked, people.jurist, outcome="agree")
    act(asked, people.head, outcome="agree")
    sign(asked, people.director)
    run_jobs()
    assert enrolment.content == before
    assert Document.objects.get(about=asked.public_id).context["reasons"][0]["ground"]


def test_the_new_name_stands_on_the_enrolment(people, enrolment):
    case = ask(enrolment, "providers_change", by=people.provider, content=changed(enrolment, name="Nume nou SRL"))
    grant(case, people, people.head)
    enrolment.refresh_from_db()
    assert enrolment.provider_name == "Nume nou SRL"


def test_on_paper_a_change_that_cannot_be_is_registered_and_not_approved(people, browse, enrolment):
    content = enrolment.content | {"declaration": True, "privacy_notice": True, "signature": "handwritten"}
    frame = {"channel": "post", "received_on": DAY.isoformat(), "signature": "handwritten"}
    draft = filings.start_paper(
        procedures.get("providers_change"),
        house=people.house,
        channel="post",
        content=content | frame,
        by=people.clerk,
        about=enrolment.case,
    )
    case = filings.submit(draft, by=people.clerk, today=DAY).cases[0]
    assert [f["code"] for f in case.checks.get().findings] == ["C02"]
    with pytest.raises(Refused, match="schimbați"):
        act(case, people.clerk, outcome="approve")
    page = browse(people.clerk).get(reverse("workflows:case", args=[case.public_id]))
    assert "datele din cerere sunt cele de acum" in page.content.decode()


def test_the_database_keeps_no_change_without_its_decision(people, enrolment, asked):
    with pytest.raises(IntegrityError, match="stands on its decisions"), transaction.atomic():
        DataChange.objects.create(enrolment=enrolment, house=enrolment.house, case=asked)


def test_the_database_ends_no_change_without_another_decision(people, enrolment, asked):
    grant(asked, people, people.head)
    with pytest.raises(IntegrityError, match="decision is withdrawn"), transaction.atomic():
        DataChange.objects.update(withdrawn_at=Now())
