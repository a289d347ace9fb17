"""The house takes back a decision of its own, for good or to decide again; what ends is listed first."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from backoffice.accounts.demo import make_people
from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from notifications import pdf
from notifications.models import Document
from notifications.services import documents
from tests.conftest import DAY
from tests.enrolment.test_complaints import answered, complain, offer_of
from tests.toy.test_toy import decide, file_online
from tests.toy.test_toy import sign as sign_page
from tests.world import act, approved, file_case, open_task, rejected, run_jobs, sign, step_up
from workflows import procedures
from workflows.errors import Refused
from workflows.models import Case, Decision
from workflows.services import decisions, filings
from workflows.services.casefile import CaseFile

OURS = ("complaints", "revocations")
WHY = {
    "cause": "error",
    "explained": "Adresa din anexă este greșită.",
    "rule": "art. 30 alin. (2) din Legea nr. 95/2006",
    "which": "replace",
}
FRAME = {"channel": "office", "received_on": DAY.isoformat(), "signature": "none"}
CHECKED = "Adresa nu este cea din autorizație."


@pytest.fixture
def others(people):
    people.jurist2 = User.objects.select_related("person").get(email="jurist2@demo.example.ro")
    return people


@pytest.fixture
def decided(people):
    """An approval, issued."""
    case = approved(file_case(people.provider), people)
    run_jobs("providers.issue")
    case.refresh_from_db()
    return case


def begin(about, by, **changes):
    """The house begins of its own motion."""
    draft = filings.start_paper(
        procedures.get("revocations"),
        house=about.house,
        channel="office",
        content=FRAME | WHY | changes,
        by=by,
        about=about,
    )
    return filings.submit(draft, by=by, today=DAY).cases[0]


def walked(case, people, outcome="approve"):
    """Propose, visa, endorse, sign, issue; the same people as before may."""
    act(case, people.clerk, outcome=outcome, reasons=("D1",), text=CHECKED)
    act(case, people.jurist, outcome="agree")
    act(case, people.head, outcome="agree")
    sign(case, people.director)
    run_jobs("revocations.issue")
    case.refresh_from_db()
    return case


def test_replaced_the_request_is_decided_anew_by_others(others, browse, decided):
    case = walked(begin(decided, others.clerk), others)
    decided.refresh_from_db()
    assert (case.state, decided.state, decided.round, decided.fresh_from) == ("approved", "propose", 2, 2)
    assert CaseFile.of(decided).refusal(others.clerk, "propose")
    assert CaseFile.of(decided).refusal(others.clerk2, "propose") is None


def test_withdrawn_for_good_the_request_stays_closed(others, browse, decided):
    walked(begin(decided, others.head, which="withdraw"), others)
    decided.refresh_from_db()
    assert (decided.state, decided.round) == ("revoked", 1)
    shown = browse(others.provider).get(reverse("workflows:my_case", args=[decided.public_id])).content.decode()
    assert "Decizie retrasă" in shown
    assert "Faceți plângere prealabilă" not in shown


def test_every_act_of_it_is_shown_as_replaced_everywhere_with_the_number_of_the_new_one(
    others, browse, client, decided
):
    case = walked(begin(decided, others.clerk), others)
    new = Document.objects.get(about=case.public_id)
    old = list(Document.objects.filter(about=decided.public_id))
    assert len(old) == 2
    assert {documents.judge(act.code, None)[0] for act in old} == {"superseded"}
    public = client.get(reverse("notifications:verify", args=[old[0].code])).content.decode()
    assert f"retras sau înlocuit prin actul nr. {new.number}" in public
    for who, page in ((others.clerk, "case"), (others.provider, "my_case")):
        shown = browse(who).get(reverse(f"workflows:{page}", args=[decided.public_id])).content.decode()
        assert shown.count(f"retras sau înlocuit prin actul nr. {new.number}") == 2


def test_what_ends_is_listed_on_the_form_the_case_page_the_sign_page_and_in_the_act(people, browse):
    """The procedure of the earlier case says what ends with its decision: the small one of the tests does."""
    toy = file_online(browse(people.provider))
    decide(browse(people.jurist), toy, outcome="approve")
    sign_page(browse(people.director), toy)
    run_jobs("toy.issue")
    toy.refresh_from_db()
    clerk = browse(people.clerk)
    draft = filings.start_paper(
        procedures.get("revocations"),
        house=toy.house,
        channel="office",
        content=FRAME | WHY,
        by=people.clerk,
        about=toy,
    )
    ends = "Adresa notată nu se mai folosește."
    assert ends in clerk.get(reverse("workflows:paper", args=[draft.public_id])).content.decode()
    case = filings.submit(draft, by=people.clerk, today=DAY).cases[0]
    assert ends in clerk.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    act(case, people.clerk, outcome="approve", text=CHECKED)
    act(case, people.jurist, outcome="agree")
    act(case, people.head, outcome="agree")
    page = browse(people.director).get(reverse("workflows:execute", args=[open_task(case).pk])).content.decode()
    assert page.count(ends) == 2  # above the text, and in it
    sign(case, people.director)
    run_jobs("revocations.issue")
    assert ends in Document.objects.get(about=case.public_id).context["effects"]


def test_the_act_says_why_by_which_rule_what_ends_and_the_remedy(others, decided):
    case = walked(begin(decided, others.clerk), others)
    html, _sha256 = pdf.frozen_text("revocations.withdrawal", Document.objects.get(about=case.public_id).context)
    words = " ".join(html.split())
    for said in (WHY["explained"], WHY["rule"], CHECKED, "nu mai produce efecte", "plângere prealabilă"):
        assert said in words


def test_the_applicant_is_told_and_sees_it(others, browse, decided):
    mail.outbox.clear()
    case = walked(begin(decided, others.clerk), others)
    run_jobs()
    assert [others.provider.email] in [letter.to for letter in mail.outbox if str(case.entry) in letter.body]
    shown = browse(others.provider).get(reverse("workflows:my_case", args=[decided.public_id])).content.decode()
    assert f"Retragerea sau înlocuirea unei decizii nr. {case.entry}" in shown
    assert browse(others.provider).get(reverse("workflows:my_case", args=[case.public_id])).status_code == 200


def test_the_decision_stays_when_the_reason_does_not_hold(others, decided):
    case = walked(begin(decided, others.clerk), others, outcome="reject")
    decided.refresh_from_db()
    assert (case.state, decided.state) == ("rejected", "approved")
    assert not Document.objects.filter(about=decided.public_id, superseded_by__isnull=False).exists()


# Four eyes, each layer alone


@pytest.fixture
def proposed(others, decided):
    case = begin(decided, others.clerk)
    return act(case, others.clerk, outcome="approve", text=CHECKED)


def test_the_step_and_the_service_refuse_who_decided_another_stage(others, proposed):
    memberships.start(user=others.clerk, house=others.house, role=Role.LEGAL_ADVISER, starts_on=DAY, by=None)
    assert not open_task(proposed).flow_task.may(others.clerk, CaseFile.of(proposed))
    with pytest.raises(Refused, match="Ați hotărât deja la altă etapă"):
        decisions.confirm(CaseFile.of(proposed), "visa", by=others.clerk, outcome="approve")


def test_the_database_alone_refuses_them(others, proposed):
    with pytest.raises(IntegrityError, match="four_eyes_one_stage_per_person"), transaction.atomic():
        Decision.objects.create(
            case=proposed,
            round=1,
            stage="visa",
            outcome="approve",
            person=others.clerk.person,
            user=others.clerk,
            membership=Membership.objects.get(user=others.clerk),
            version_sha256=proposed.current.sha256,
        )


def test_nobody_signs_it_without_visa_and_endorsement(others, proposed):
    with pytest.raises(Refused):
        decisions.confirm(CaseFile.of(proposed), "endorse", by=others.head, outcome="approve")


# Who begins it, and when


def test_clerk_and_head_begin_it_nobody_else(people, browse, decided):
    start = reverse("workflows:follow_up", args=[decided.public_id, "revocations"])
    answers = {
        name: browse(getattr(people, name)).post(start).status_code for name in ("clerk", "head", "jurist", "director")
    }
    assert answers == {"clerk": 302, "head": 302, "jurist": 404, "director": 404}


def test_an_applicant_never_begins_it(people, browse, decided):
    client = browse(people.provider)
    assert client.post(reverse("workflows:my_follow_up", args=[decided.public_id, "revocations"])).status_code == 404
    assert (
        "Retrageți sau înlocuiți"
        not in client.get(reverse("workflows:my_case", args=[decided.public_id])).content.decode()
    )


def test_it_begins_on_the_page_of_the_case_with_no_frame_of_a_paper(people, browse, decided):
    client = browse(people.clerk)
    page = client.post(reverse("workflows:follow_up", args=[decided.public_id, "revocations"])).url
    shown = client.get(page).content.decode()
    assert "Cum a venit" not in shown
    assert "Dacă decizia se retrage:" in shown
    assert client.post(page, WHY | {"go": "1"}).status_code == 302
    assert Case.objects.get(procedure="revocations").filing.channel == "office"


def test_while_it_runs_there_is_no_complaint_and_the_other_way_round(others, decided):
    first = begin(decided, others.clerk)
    assert str(first.entry) in offer_of(decided).refused
    walked(first, others, outcome="reject")
    complaint = complain(decided, others.provider, against=["whole"])
    assert str(complaint.entry) in offer_of(decided, "revocations").refused
    with pytest.raises(Refused, match="se hotărăște deja"):
        begin(decided, others.clerk)


def test_a_withdrawal_is_complained_of_and_taken_back_the_request_comes_back(others, browse):
    decided = rejected(file_case(others.provider), others)
    run_jobs("providers.issue")
    decided.refresh_from_db()
    case = walked(begin(decided, others.clerk, which="withdraw"), others)
    complaint = complain(case, others.provider, against=["whole"])
    shown = browse(others.clerk2).get(reverse("workflows:case", args=[complaint.public_id])).content.decode()
    assert "închisă prin retragere, se hotărăște din nou" in shown
    answered(complaint, others, outcome="approve")
    case.refresh_from_db()
    decided.refresh_from_db()
    assert (case.state, decided.state, decided.round) == ("revoked", "propose", 2)


def test_the_database_reopens_no_withdrawn_case_by_itself(others, decided):
    walked(begin(decided, others.clerk, which="withdraw"), others)
    with pytest.raises(IntegrityError, match="looked at again when its withdrawal is withdrawn"), transaction.atomic():
        Case.objects.filter(pk=decided.pk).update(state="propose", decided_at=None)


def test_signing_a_withdrawal_asks_for_a_fresh_log_in(others, browse, proposed):
    act(proposed, others.jurist, outcome="agree")
    act(proposed, others.head, outcome="agree")
    page = reverse("workflows:execute", args=[open_task(proposed).pk])
    stale = browse(others.director, fresh=False)
    assert "reauthenticate" in stale.get(page).url
    step_up(stale)
    assert stale.get(page).status_code == 200


def test_the_demo_has_a_complaint_that_waits_and_a_decision_that_was_replaced(db):
    people = make_people()
    in_order = sorted(procedures.every(), key=lambda procedure: procedure.follows)
    assert all(procedure.demo(people) for procedure in in_order if procedure.code in ("providers", *OURS))
    assert [procedure.demo(people) for procedure in in_order if procedure.code in OURS] == [0, 0]
    states = {case.procedure: case.state for case in Case.objects.filter(procedure__in=OURS)}
    assert states == {"complaints": "propose", "revocations": "approved"}
    assert Case.objects.filter(procedure="providers", fresh_from=2, state="propose").count() == 1
