"""What is asked about a decision: others look at it again; agreed, it is withdrawn and the case decided anew."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from notifications.models import Document
from notifications.services import documents
from tests.conftest import DAY
from tests.toy.models import Address
from tests.toy.test_toy import decide, file_online, sign
from tests.world import open_task, run_jobs
from workflows.models import Assignment, Case, Decision
from workflows.services.casefile import CaseFile


@pytest.fixture
def second_jurist(people):
    """Somebody who has not decided yet."""
    memberships.start(user=people.clerk2, house=people.house, role=Role.LEGAL_ADVISER, starts_on=DAY, by=None)
    return people.clerk2


@pytest.fixture
def rejected(people, browse):
    """A rejected case of the toy procedure, its decision issued."""
    case = file_online(browse(people.provider))
    decide(browse(people.jurist), case, outcome="reject", reasons=["T1"], text="Adresa este a altcuiva.")
    sign(browse(people.director), case)
    run_jobs()
    case.refresh_from_db()
    return case


@pytest.fixture
def asked(people, browse, rejected):
    """The review of that decision, filed by its applicant from the page of the case."""
    owner = browse(people.provider)
    assert "Cereți reexaminarea" in owner.get(reverse("workflows:my_case", args=[rejected.public_id])).content.decode()
    page = owner.post(reverse("workflows:my_follow_up", args=[rejected.public_id, "toy_review"])).url
    review = owner.post(page, {"why": "Adresa este a noastră.", "go": "1"}).url
    assert owner.post(review, follow=True).status_code == 200
    return Case.objects.get(procedure="toy_review")


def test_it_has_the_house_the_subject_and_the_parties_of_the_case_it_is_about(rejected, asked):
    assert (asked.about, asked.house, asked.subject_key) == (rejected, rejected.house, rejected.subject_key)
    parties = lambda case: set(case.parties.values_list("person", "capacity"))  # noqa: E731
    assert parties(rejected) <= parties(asked)


def test_who_decided_there_does_not_decide_here_but_for_the_signature(people, browse, rejected, asked):
    file = CaseFile.of(asked)
    assert "Ați hotărât deja în dosarul" in file.refusal(people.jurist, "propose")
    assert file.refusal(people.director, "sign") is None
    assert "Ați hotărât deja în dosarul" in file.refusal(people.director, "propose")


def test_the_database_alone_refuses_them_too(people, rejected, asked):
    mine = rejected.decisions.get(stage="propose")
    with pytest.raises(IntegrityError, match="others decide"), transaction.atomic():
        Decision.objects.create(
            case=asked,
            round=1,
            stage="propose",
            outcome="approve",
            person=mine.person,
            user=mine.user,
            membership=mine.membership,
            version_sha256=asked.current.sha256,
        )


def test_agreed_it_withdraws_the_decision_and_the_case_is_decided_anew_by_others(
    people, browse, rejected, asked, second_jurist
):
    decide(browse(second_jurist), asked, outcome="approve")
    assert sign(browse(people.director), asked).status_code == 302
    run_jobs()
    rejected.refresh_from_db()
    assert (rejected.state, rejected.round, rejected.fresh_from, rejected.decided_at) == ("propose", 2, 2, None)
    old = Document.objects.get(about=rejected.public_id)
    assert documents.judge(old.code, bytes(old.pdf))[0] == "superseded"
    assert old.superseded_by.about == asked.public_id
    assert "Ați hotărât deja în dosarul" in CaseFile.of(rejected).refusal(people.jurist, "propose")
    decide(browse(second_jurist), rejected, outcome="approve")
    sign(browse(people.director), rejected)
    run_jobs()
    rejected.refresh_from_db()
    assert rejected.state == "approved"
    assert Address.objects.filter(case=rejected).exists()
    assert [d.occasion for d in Document.objects.filter(about=rejected.public_id)] == [1, 2]
    assert Assignment.objects.get(case=rejected).task is None


def test_rejected_it_leaves_the_decision_as_it_is(people, browse, rejected, asked, second_jurist):
    decide(browse(second_jurist), asked, outcome="reject", reasons=["T1"], text="Adresa este a altcuiva.")
    sign(browse(people.director), asked)
    run_jobs()
    rejected.refresh_from_db()
    assert rejected.state == "rejected"
    assert Document.objects.get(about=rejected.public_id).superseded_by is None


def test_no_decision_ends_without_another_one(rejected, asked):
    with pytest.raises(IntegrityError, match="withdrawn by another decision"), transaction.atomic():
        Case.objects.filter(pk=rejected.pk).update(state="propose", round=2, decided_at=None)


def test_what_follows_a_case_starts_on_its_page_alone(people, browse, rejected):
    owner = browse(people.provider)
    assert owner.post(reverse("workflows:file_new"), {"procedure": "toy_review"}).status_code == 404
    strangers = reverse("workflows:my_follow_up", args=[rejected.public_id, "toy_review"])
    assert browse(people.clerk).post(strangers).status_code == 404


def test_the_house_keys_it_in_when_it_comes_on_paper(people, browse, rejected, second_jurist):
    client = browse(second_jurist)
    assert client.get(reverse("workflows:case", args=[rejected.public_id])).status_code == 200
    page = client.post(reverse("workflows:follow_up", args=[rejected.public_id, "toy_review"])).url
    frame = {"channel": "post", "received_on": DAY.strftime("%d.%m.%Y"), "signature": "handwritten", "go": "1"}
    assert client.post(page, frame | {"why": "Adresa este a noastră."}).status_code == 302
    asked = Case.objects.get(procedure="toy_review")
    assert asked.about == rejected
    shown = browse(people.provider).get(reverse("workflows:my_case", args=[asked.public_id]))
    assert shown.status_code == 200
    assert open_task(asked) is not None
