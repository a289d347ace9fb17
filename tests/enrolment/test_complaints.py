"""A prior complaint: its term, who answers it, what its answer does, and what can be asked after it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from backoffice.romania.calendar import legal_due_date
from backoffice.romania.law import L554, ground
from enrolment.complaints import terms
from notifications import pdf
from notifications.models import Document, Message
from notifications.services import documents
from tests.conftest import DAY
from tests.world import UICS, act, approved, file_case, open_task, rejected, run_jobs, sign
from workflows import procedures
from workflows.engine.nodes import Step
from workflows.enums import EntryKind
from workflows.errors import Invalid, Refused
from workflows.models import Case, Communication, Decision, Filing
from workflows.services import decisions, filings, registry, steps
from workflows.services.casefile import CaseFile

WHY = {"against": ["R05"], "grounds": "Autorizația a fost prezentată la ghișeu.", "asks": "withdraw"}
FOUND = "Autorizația se află la dosar."


@pytest.fixture
def others(people):
    """Those who had no part in the first decision, by what they do."""
    people.jurist2 = User.objects.select_related("person").get(email="jurist2@demo.example.ro")
    return people


@pytest.fixture
def refused(people):
    """A rejection, issued and communicated."""
    case = rejected(file_case(people.provider), people)
    run_jobs("providers.issue")
    reached(case, DAY)
    case.refresh_from_db()
    return case


def reached(case, day):
    """As if somebody had signed for the decision on that day."""
    decision = Document.objects.get(about=case.public_id, kind="providers.rejection")
    Communication.objects.create(
        document=decision,
        house=case.house,
        channel="post",
        day=day,
        confirmation=str(day),
        recorded_by=case.filing.owner,
    )


def draft(about, owner, **changes):
    filing = filings.start_online(procedures.get("complaints"), owner=owner, about=about)
    filings.save_draft(filing, content=filing.content | WHY | changes)
    return filing


def complain(about, owner, **changes):
    """File a complaint online, as the applicant."""
    return filings.submit(draft(about, owner, **changes), by=owner, today=DAY).cases[0]


def answered(case, people, **proposal):
    """Propose, visa and endorse by others than in the first chain; the director signs again."""
    act(case, people.clerk2, text=FOUND, **proposal)
    act(case, people.jurist2, outcome="agree")
    act(case, people.head2, outcome="agree")
    sign(case, people.director)
    run_jobs("complaints.issue")
    case.refresh_from_db()
    return case


def offer_of(case, code="complaints"):
    case.refresh_from_db()
    return {p.code: offer for p, offer in procedures.offers(case, today=DAY)}.get(code)


# The term


@pytest.mark.parametrize(
    ("communicated", "last"),
    [
        (date(2026, 3, 2), date(2026, 4, 1)),
        (date(2026, 3, 4), date(2026, 4, 3)),
        (date(2026, 11, 1), date(2026, 12, 2)),  # 1 December is free
    ],
)
def test_the_term_is_30_days_from_communication_and_ends_on_a_working_day(communicated, last):
    assert terms.term_of(communicated).ends_on == last


def test_what_was_not_communicated_has_no_term_yet():
    assert terms.term_of(None) is None
    assert "începe abia când" in terms.in_words(None, date(2026, 3, 2))


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (date(2026, 3, 22), "cel târziu miercuri, 1 aprilie 2026: mai sunt 10 zile"),
        (date(2026, 3, 31), "mai este 1 zi"),
        (date(2026, 4, 1), "ultima zi"),
        (date(2026, 4, 2), "acum 1 zi"),
        (date(2026, 4, 19), "acum 18 zile"),
    ],
)
def test_the_term_is_counted_in_words_and_date(today, says):
    assert says in terms.in_words(terms.Term(date(2026, 3, 2), date(2026, 4, 1)), today)


@pytest.mark.calendar
def test_a_late_complaint_is_registered_and_a_finding_says_by_how_many_days(people, refused):
    long_ago = DAY - timedelta(days=50)
    reached(refused, long_ago)
    assert "s-a încheiat" in offer_of(refused).lead
    case = complain(refused, people.provider)
    [found] = case.checks.get().findings
    term = terms.term_of(long_ago)
    assert (found["code"], found["facts"]["days"]) == ("P1", (DAY - term.ends_on).days)
    assert procedures.get("complaints").reason("P1").grounds == (ground(L554, "art. 7"),)


@pytest.mark.calendar
def test_a_complaint_in_time_or_before_the_communication_has_no_finding(people, refused):
    assert complain(refused, people.provider).checks.get().findings == []


@pytest.mark.calendar
def test_the_house_answers_in_the_general_legal_term(people, refused):
    assert complain(refused, people.provider).due_on == legal_due_date(DAY)


# What it is about


def test_it_begins_with_the_decision_and_its_reasons_and_asks_for_neither(people, refused):
    decision = Document.objects.get(about=refused.public_id)
    filing = draft(refused, people.provider)
    said = filing.content["decision"]
    assert (said["number"], said["decided_on"]) == (decision.number, decision.day.isoformat())
    assert [reason["code"] for reason in said["reasons"]] == ["R05"]


def test_nothing_posted_changes_which_decision_it_is_about(people, browse, refused):
    filing = draft(refused, people.provider)
    page = reverse("workflows:file_step", args=[filing.public_id, "plangerea"])
    browse(people.provider).post(page, {"decision.number": "1/01.01.2020", "grounds": "x"})
    filing.refresh_from_db()
    assert filing.content["decision"]["number"] == Document.objects.get(about=refused.public_id).number


@pytest.mark.parametrize(("against", "code"), [(["R01"], "no_such_point"), ([], "no_point")])
def test_it_names_a_point_that_the_decision_has(people, refused, against, code):
    with pytest.raises(Invalid) as problem:
        complain(refused, people.provider, against=against)
    assert [error.code for error in problem.value.errors] == [code]


def test_the_pages_show_the_decision_its_reasons_and_what_would_end(people, browse, refused):
    filing = draft(refused, people.provider)
    client = browse(people.provider)
    for name, args in (("file_step", [filing.public_id, "plangerea"]), ("file_review", [filing.public_id])):
        page = client.get(reverse(f"workflows:{name}", args=args)).content.decode()
        assert "Decizia despre care este vorba" in page
        assert "nu mai produce efecte" in page
    case = filings.submit(filing, by=people.provider, today=DAY).cases[0]
    shown = browse(people.clerk2).get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert "Motivele ei" in shown
    assert "se hotărăște din nou, de alte persoane" in shown
    assert "Dacă decizia se retrage" in client.get(reverse("workflows:my_case", args=[case.public_id])).content.decode()


def test_lists_name_what_a_complaint_is_about(people, browse, refused):
    filing = draft(refused, people.provider)
    named = f"Plângere prealabilă, despre {refused.subject_name}, nr. {refused.entry}"
    assert filing.name == named
    assert named in browse(people.provider).get(reverse("workflows:mine")).content.decode()
    filings.submit(filing, by=people.provider, today=DAY)
    rows = browse(people.clerk2).get(reverse("workflows:inbox") + "?lista=take").content.decode()
    assert "Plângere prealabilă –" in rows
    assert "CUI 12345674" in rows


# Four eyes, each layer alone


@pytest.fixture
def filed(others, refused):
    return complain(refused, others.provider)


def test_the_step_is_not_given_to_who_decided_before(others, filed):
    node = open_task(filed).flow_task
    assert isinstance(node, Step)
    assert not node.may(others.clerk, CaseFile.of(filed))
    assert node.may(others.clerk2, CaseFile.of(filed))
    with pytest.raises((Refused, PermissionDenied)):
        steps.claim(open_task(filed), by=others.clerk)


def test_the_service_refuses_them(others, filed):
    with pytest.raises(Refused, match="Ați hotărât deja în dosarul"):
        decisions.propose(CaseFile.of(filed), by=others.clerk, outcome="approve", text=FOUND)


def test_the_database_alone_refuses_them(others, filed):
    with pytest.raises(IntegrityError, match="others decide"), transaction.atomic():
        Decision.objects.create(
            case=filed,
            round=1,
            stage="propose",
            outcome="approve",
            person=others.clerk.person,
            user=others.clerk,
            membership=Membership.objects.get(user=others.clerk),
            version_sha256=filed.current.sha256,
        )


@pytest.mark.parametrize("outcome", ["approve", "reject"])
def test_every_answer_passes_a_visa_of_another_legal_adviser(others, filed, outcome):
    act(filed, others.clerk2, outcome=outcome, reasons=("P2",), text=FOUND)
    assert filed.state == "visa"
    assert CaseFile.of(filed).refusal(others.jurist, "visa")
    assert CaseFile.of(filed).refusal(others.jurist2, "visa") is None


def test_the_director_signs_again_and_the_page_says_so(others, browse, filed):
    act(filed, others.clerk2, outcome="approve", text=FOUND)
    act(filed, others.jurist2, outcome="agree")
    act(filed, others.head2, outcome="agree")
    page = reverse("workflows:execute", args=[open_task(filed).pk])
    shown = browse(others.director).get(page).content.decode()
    assert "Ați semnat și actul despre care este vorba" in shown
    assert "nu are un înlocuitor" in shown
    assert "nu mai produce efecte" in shown
    assert "Ați semnat și actul" not in browse(others.director2).get(page).content.decode()
    mine = Membership.objects.get(user=others.director)
    stand_in = others.stranger  # from another house, without any part in the first decision
    memberships.start(
        user=stand_in,
        house=others.house,
        role=Role.DIRECTOR,
        starts_on=DAY,
        ends_on=DAY,
        stands_in_for=mine,
        by=None,
    )
    assert "ține astăzi locul conducerii" in browse(others.director).get(page).content.decode()
    sign(filed, stand_in)
    assert filed.state == "issuing"


def test_an_answer_says_what_was_found(others, filed):
    with pytest.raises(Refused, match="Scrieți referatul"):
        act(filed, others.clerk2, outcome="approve", text=" ")


# What the answer does


def test_admitted_the_decision_falls_and_the_request_is_decided_anew_by_others(others, browse, refused, filed):
    answered(filed, others, outcome="approve")
    refused.refresh_from_db()
    assert (filed.state, refused.state, refused.round) == ("approved", "propose", 2)
    old = Document.objects.get(about=refused.public_id)
    assert documents.judge(old.code, bytes(old.pdf))[0] == "superseded"
    answer = Document.objects.get(about=filed.public_id)
    for who, page in ((others.clerk2, "case"), (others.provider, "my_case")):
        shown = browse(who).get(reverse(f"workflows:{page}", args=[refused.public_id])).content.decode()
        assert f"retras sau înlocuit prin actul nr. {answer.number}" in shown
    assert CaseFile.of(refused).refusal(others.clerk, "propose")
    act(refused, others.clerk2, outcome="approve")
    act(refused, others.head2, outcome="agree")
    sign(refused, others.director)
    run_jobs("providers.issue")
    refused.refresh_from_db()
    assert refused.state == "approved"


def test_the_act_says_facts_ground_effects_and_remedy(others, filed):
    answered(filed, others, outcome="approve")
    context = Document.objects.get(about=filed.public_id).context
    assert context["found"] == FOUND
    assert context["against"] == [context["decision"]["reasons"][0]["says"]]
    assert any("nu mai produce efecte" in effect for effect in context["effects"])
    html, _sha256 = pdf.frozen_text("complaints.answer", context)
    for words in ("art. 7 din Legea", "se retrage", "șase luni", "nu se face altă plângere"):
        assert words in " ".join(html.split())


def test_asked_only_for_a_change_the_decision_stays_and_the_answer_says_what_changes(others, refused):
    case = complain(refused, others.provider, asks="change", against=["whole"])
    answered(case, others, outcome="approve")
    refused.refresh_from_db()
    assert (case.state, refused.state, refused.round) == ("approved", "rejected", 1)
    assert Document.objects.get(about=refused.public_id).superseded_by is None
    assert Document.objects.get(about=case.public_id).context["effects"] == []


def test_rejected_the_decision_stays_and_no_second_complaint_is_made(others, browse, refused, filed):
    answered(filed, others, outcome="reject", reasons=("P2",))
    refused.refresh_from_db()
    assert (filed.state, refused.state) == ("rejected", "rejected")
    assert "nu se face altă plângere" in offer_of(refused).refused
    with pytest.raises(Refused, match="nu se face altă plângere"):
        draft(refused, others.provider)
    shown = browse(others.provider).get(reverse("workflows:my_case", args=[filed.public_id])).content.decode()
    assert "în șase luni de la comunicarea răspunsului" in " ".join(shown.split())
    assert "Faceți plângere prealabilă" not in shown


def test_a_complaint_about_an_approval_is_against_the_whole_of_it(others):
    case = approved(file_case(others.provider), others)
    run_jobs("providers.issue")
    case.refresh_from_db()
    filed = complain(case, others.provider, against=["whole"])
    assert filed.content["decision"]["reasons"] == []


# One at a time


def test_a_second_complaint_waits_for_the_first(people, refused):
    waiting = draft(refused, people.provider)
    first = complain(refused, people.provider)
    assert str(first.entry) in offer_of(refused).refused
    with pytest.raises(Refused, match="se hotărăște deja"):
        filings.submit(waiting, by=people.provider, today=DAY)
    assert not filings.submission_of(waiting).cases


def test_the_database_alone_allows_one_open_review(people, refused, filed):
    with pytest.raises(IntegrityError, match="one_open_review_per_case"), transaction.atomic():
        insert_review(people, refused, filed)


def test_the_database_alone_refuses_a_review_of_what_is_not_decided(people, refused, filed):
    undecided = file_case(people.provider, uic=UICS[1])
    with pytest.raises(IntegrityError, match="only a decision that stands"), transaction.atomic():
        insert_review(people, undecided, filed)


def insert_review(people, about, like):
    """Past every service: a row like that of a complaint."""
    names = ("stages", "house", "subject_key", "subject_name", "search_key", "filed_on", "due_on")
    filing = Filing.objects.create(
        procedure="complaints", owner=people.provider, channel="online", content={}, about=about
    )
    entry = registry.take(about.house, kind=EntryKind.ENTRY, day=DAY)
    like = {name: getattr(like, name) for name in names}
    return Case.objects.create(
        filing=filing, procedure="complaints", about=about, reviews=True, state="propose", entry=entry, **like
    )


def test_nobody_complains_of_what_is_not_decided(people):
    case = file_case(people.provider)
    assert offer_of(case) is None
    with pytest.raises(Refused):
        filings.start_online(procedures.get("complaints"), owner=people.provider, about=case)


def test_a_draft_about_a_decision_that_fell_meanwhile_says_so(others, browse, refused):
    waiting = draft(refused, others.provider)
    answered(complain(refused, others.provider), others, outcome="approve")
    page = browse(others.provider).post(reverse("workflows:file_review", args=[waiting.public_id]))
    assert page.status_code == 422
    assert "nu mai este în vigoare" in page.content.decode()


# On paper


def test_the_house_keys_in_a_complaint_on_paper_and_an_unsigned_one_is_completed(people, browse, refused):
    client = browse(people.clerk2)
    page = client.post(reverse("workflows:follow_up", args=[refused.public_id, "complaints"])).url
    assert "Plângere prealabilă, despre" in client.get(page).content.decode()
    paper = {"channel": "post", "received_on": DAY.strftime("%d.%m.%Y"), "signature": "none", "go": "1"}
    assert client.post(page, paper | WHY).status_code == 302
    case = Case.objects.get(procedure="complaints")
    assert [found["code"] for found in case.checks.get().findings] == ["P4"]
    assert browse(people.provider).get(reverse("workflows:my_case", args=[case.public_id])).status_code == 200
    act(case, people.clerk2, outcome="completion", reasons=("P4",), text="Semnați plângerea.")
    assert case.state == "completion"
    assert Message.objects.filter(about=case.public_id).exists()


def test_only_who_may_key_in_is_offered_it(people, browse, refused):
    page = reverse("workflows:case", args=[refused.public_id])
    assert "Faceți plângere prealabilă" in browse(people.clerk).get(page).content.decode()
    assert "Faceți plângere prealabilă" not in browse(people.director).get(page).content.decode()
    start = reverse("workflows:follow_up", args=[refused.public_id, "complaints"])
    assert browse(people.director).post(start).status_code == 404
