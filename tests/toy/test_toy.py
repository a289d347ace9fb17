"""The house knows procedures by their contract alone: a second one walks from filing to sealed decision and letter."""

from io import BytesIO

import pikepdf
import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from backoffice.accounts import roles
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from backoffice.audit.models import Event
from backoffice.jobs.models import Job
from notifications.models import Document
from tests.conftest import DAY
from tests.toy.models import Address
from tests.world import open_task, run_jobs
from workflows.models import Case, Decision

EMAIL = "birou@organizatie.ro"


def file_online(client):
    """Through the pages: start, the one page, review, receipt."""
    page = client.post(reverse("workflows:file_new"), {"procedure": "toy"}).url
    review = client.post(page, {"email": EMAIL, "go": "1"}).url
    receipt = client.post(review, follow=True)
    assert receipt.status_code == 200
    return Case.objects.get(procedure="toy")


def file_on_paper(client):
    """Through the page on which a clerk keys in."""
    page = client.post(reverse("workflows:paper_new"), {"procedure": "toy"}).url
    frame = {"channel": "post", "received_on": DAY.strftime("%d.%m.%Y"), "signature": "handwritten", "go": "1"}
    assert client.post(page, frame | {"email": EMAIL}).status_code == 302
    return Case.objects.get(procedure="toy")


def decide(client, case, **answer):
    """Claim the open step and carry it out, as the buttons do."""
    task = open_task(case).pk
    assert client.post(reverse("workflows:claim", args=[task])).status_code == 302
    return client.post(reverse("workflows:execute", args=[task]), answer)


def sign(client, case):
    """Claim, read the text, sign exactly that text."""
    task = open_task(case).pk
    client.post(reverse("workflows:claim", args=[task]))
    step = reverse("workflows:execute", args=[task])
    page = client.get(step)
    return client.post(step, {"outcome": "agree", "text_sha256": page.context["draft"].sha256})


@pytest.fixture
def toy(people, browse):
    """A case of the toy procedure, filed online."""
    return file_online(browse(people.provider))


@pytest.mark.parametrize(("outcome", "state", "addresses"), [("approve", "approved", 1), ("reject", "rejected", 0)])
def test_a_case_goes_from_filing_to_the_sealed_decision_and_a_letter(people, browse, toy, outcome, state, addresses):
    answer = decide(browse(people.jurist), toy, outcome=outcome, reasons=["T1"], text="Adresa este a altcuiva.")
    assert answer.status_code == 302
    assert sign(browse(people.director), toy).status_code == 302
    assert run_jobs() == 2  # the decision, the letter
    toy.refresh_from_db()
    assert toy.state == state
    assert Address.objects.filter(case=toy).count() == addresses
    assert Event.objects.filter(code="toy.noted").count() == addresses
    decision = Document.objects.get(about=toy.public_id)
    assert decision.sealed_at
    assert len(pikepdf.open(BytesIO(decision.pdf)).pages) == 1
    assert ("art. 8 din Ordonanța Guvernului nr. 27/2002" in str(decision.context["reasons"])) == (outcome == "reject")
    assert [(letter.to, str(toy.entry) in letter.body) for letter in mail.outbox] == [([people.provider.email], True)]


def test_a_case_from_paper_is_decided_too_and_its_letter_goes_to_the_address_in_the_form(people, browse):
    case = file_on_paper(browse(people.jurist))
    decide(browse(people.jurist), case, outcome="approve")
    sign(browse(people.director), case)
    run_jobs()
    number, letter = mail.outbox
    assert number.to == letter.to == [EMAIL]
    assert len(letter.attachments) == 1
    assert "licență" not in letter.body


def test_completions_are_asked_and_answered(people, browse, toy):
    decide(browse(people.jurist), toy, outcome="completion", completion_reasons=["T2"], text="Scrieți-o din nou.")
    page = reverse("workflows:completion", args=[toy.public_id])
    owner = browse(people.provider)
    assert "Adresa nu se poate citi." in owner.get(page).content.decode()
    assert owner.post(page, {"email": "alta@organizatie.ro", "go": "1"}).status_code == 302
    toy.refresh_from_db()
    assert (toy.state, toy.version) == ("propose", 2)


def test_who_proposed_does_not_sign(people, browse, toy):
    memberships.start(user=people.director, house=people.house, role=Role.LEGAL_ADVISER, starts_on=DAY, by=None)
    director = browse(people.director)
    decide(director, toy, outcome="approve")
    task = open_task(toy).pk
    refused = director.post(reverse("workflows:claim", args=[task]), follow=True).content.decode()
    assert "Ați hotărât deja la altă etapă" in refused
    assert director.post(reverse("workflows:execute", args=[task]), {"outcome": "agree"}).status_code == 403
    assert [decision.stage for decision in Decision.objects.all()] == ["propose"]


def test_a_reason_of_another_procedure_is_none_here(people, browse, toy):
    assert decide(browse(people.jurist), toy, outcome="reject", reasons=["R05"]).status_code == 422


def test_only_its_own_roles_see_it(people, browse, toy):
    """A clerk of the same house has rights in another procedure and none in this one."""
    page = reverse("workflows:case", args=[toy.public_id])
    assert browse(people.jurist).get(page).status_code == 200
    for nobody in (people.clerk, people.head, people.stranger, people.provider):
        assert browse(nobody).get(page).status_code == 404
    assert toy.subject_name not in browse(people.clerk).get(reverse("workflows:inbox") + "?lista=all").content.decode()
    assert browse(people.clerk).post(reverse("workflows:claim", args=[open_task(toy).pk])).status_code == 404


def test_a_head_without_part_in_it_asks_for_its_failed_work_again_and_reads_no_name(people, browse, toy):
    job = Job.objects.create(
        kind="toy.issue", object_id=toy.pk, house=toy.house_id, dedupe_key="x", state="failed", last_code="worker_lost"
    )
    client = browse(people.head)
    page = client.get(reverse("workflows:failed"))
    assert [(row.job.pk, row.case, row.address) for row in page.context["page"].rows] == [(job.pk, None, "")]
    assert toy.subject_name not in page.content.decode()
    assert client.post(reverse("workflows:retry_failed", args=[job.public_id])).status_code == 302


def test_what_one_may_no_longer_see_leaves_ones_own_list(people, browse, toy):
    client = browse(people.jurist)
    client.post(reverse("workflows:claim", args=[open_task(toy).pk]))
    mine = lambda: browse(people.jurist).get(reverse("workflows:inbox"), {"lista": "mine"}).context["page"].rows  # noqa: E731
    assert [row.case.pk for row in mine()] == [toy.pk]
    roles._of_procedures["toy"], given = {}, roles._of_procedures["toy"]
    try:
        assert mine() == []
    finally:
        roles._of_procedures["toy"] = given


def test_only_who_may_key_in_starts_it_on_paper(people, browse):
    answer = browse(people.clerk).post(reverse("workflows:paper_new"), {"procedure": "toy"})
    assert answer.status_code == 404


def test_nothing_is_shown_that_it_does_not_have(people, browse, toy):
    """No attachments, no licence key, no legal visa, no automatic rules."""
    case = browse(people.jurist)
    case.post(reverse("workflows:claim", args=[open_task(toy).pk]))
    shown = case.get(reverse("workflows:case", args=[toy.public_id])).content.decode()
    shown += browse(people.provider).get(reverse("workflows:my_case", args=[toy.public_id])).content.decode()
    for word in ("Acte atașate", "Cheia de licență", "consilierul juridic", "Verificări automate"):
        assert word not in shown


def test_its_table_is_guarded(toy):
    with pytest.raises(IntegrityError, match="an address stands on its decisions"), transaction.atomic():
        Address.objects.create(case=toy, house=toy.house)


def test_its_migration_is_current(db):
    call_command("makemigrations", "toy", check=True, dry_run=True, verbosity=0)
