"""Pages, steps and forms as requests: who may, who may not, and that a refusal changes nothing."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.accounts.models import Membership
from backoffice.accounts.services import memberships
from backoffice.jobs import queue
from backoffice.romania.templatetags.formatting import full_day
from enrolment.providers.models import LicenceKey
from notifications.models import Document
from tests.conftest import DAY
from tests.world import act, application, approved, file_case, open_task, run_jobs
from workflows.models import Assignment, Case, Filing
from workflows.services import deliveries, steps, texts
from workflows.services.casefile import CaseFile

pytestmark = pytest.mark.calendar


def step(case):
    return reverse("workflows:execute", args=[open_task(case).pk])


def claim(case):
    return reverse("workflows:claim", args=[open_task(case).pk])


# --- filing -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(people, browse):
    client = browse(people.provider)
    url = client.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    return client, Filing.objects.get(owner=people.provider), url


def boxes(content, prefix=""):
    """Nested content as the names and values a browser would post."""
    if isinstance(content, dict):
        return {
            k: v for key, item in content.items() for k, v in boxes(item, f"{prefix}.{key}" if prefix else key).items()
        }
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return {k: v for i, item in enumerate(content) for k, v in boxes(item, f"{prefix}.{i}").items()}
    if isinstance(content, bool):
        return {prefix: "true" if content else "false"}
    return {prefix: "" if content is None else content}


PAGES = {
    "furnizor": ("provider",),
    "puncte-de-lucru": ("work_points",),
    "reprezentant": ("legal_representative",),
    "medici": ("physicians",),
    "declaratii": (
        "des_channel",
        "application",
        "wants_licence_key",
        "no_contract_declaration",
        "declaration",
        "privacy_notice",
    ),
}


def fill(client, filing, content=None):
    content = content or application()
    for slug, names in PAGES.items():
        data = {}
        for name in names:
            data |= boxes(content[name], name) if content[name] is not None else {}
        answer = client.post(reverse("workflows:file_step", args=[filing.public_id, slug]), data | {"go": "1"})
        assert answer.status_code == 302, answer.content.decode()[:3000]
    assert answer.url == reverse("workflows:filing_scans", args=[filing.public_id])
    return reverse("workflows:file_review", args=[filing.public_id])


def test_a_filing_page_by_page_ends_with_number_and_term_in_the_same_response(draft):
    client, filing, _ = draft
    review = fill(client, filing)
    page = client.get(review)
    assert page.status_code == 200
    receipt = client.post(review, follow=True)
    case = Case.objects.get()
    text = receipt.content.decode()
    assert str(case.entry) in text
    assert full_day(case.due_on) in text
    assert case.filing.content["provider"]["name"] == application()["provider"]["name"]


def test_what_was_typed_is_kept_whatever_it_is(draft):
    client, filing, url = draft
    answer = client.post(
        url, {"provider.name": "  Cabinet  ", "provider.uic": "12345675", "provider.email": "x@@", "go": "1"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="12345675"' in text
    assert 'href="#id_provider.uic"' in text
    assert "error-summary" in text
    filing.refresh_from_db()
    assert filing.content["provider"]["uic"] == "12345675"


def test_autosave_keeps_the_draft_and_judges_nothing(draft):
    client, filing, url = draft
    answer = client.post(url, {"provider.name": "Jumătate"}, headers={"X-Autosave": "1"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"saved"}
    filing.refresh_from_db()
    assert filing.content == {"provider": {"name": "Jumătate"}}


def test_rows_are_added_and_removed_by_buttons(draft):
    client, filing, _ = draft
    url = reverse("workflows:file_step", args=[filing.public_id, "puncte-de-lucru"])
    client.post(url, {"work_points.0.name": "Sediu", "add": "work_points"})
    client.post(url, {"work_points.0.name": "Sediu", "work_points.1.name": "Al doilea", "add": "work_points"})
    filing.refresh_from_db()
    assert [p.get("name") for p in filing.content["work_points"]] == ["Sediu", "Al doilea", None]
    client.post(url, {"work_points.0.name": "Sediu", "work_points.1.name": "Al doilea", "remove": "work_points.0"})
    filing.refresh_from_db()
    assert [p["name"] for p in filing.content["work_points"]] == ["Al doilea"]


@pytest.mark.parametrize(
    "name", ["provider", "provider.x.y.z", "provider.headquarters", "provider..", "provider.0.1.2"]
)
def test_a_box_that_does_not_exist_breaks_nothing(draft, name):
    client, _filing, url = draft
    assert client.post(url, {name: "x", "provider.name": "A", "go": "1"}).status_code == 422
    assert client.get(url).status_code == 200


def test_a_submitted_filing_is_shown_and_never_changed(draft):
    client, filing, url = draft
    review = fill(client, filing)
    client.post(review)
    client.post(url, {"provider.name": "Alt nume", "go": "1"})
    client.post(review)
    filing.refresh_from_db()
    assert filing.content["provider"]["name"] == application()["provider"]["name"]
    assert Case.objects.count() == 1


def test_a_filing_is_registered_while_the_broker_is_away(draft, monkeypatch, django_capture_on_commit_callbacks):
    client, filing, _ = draft
    review = fill(client, filing)

    def broken(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(queue, "publish", queue.publish)
    monkeypatch.setattr("celery.app.base.Celery.send_task", broken)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(review).status_code == 302
    assert Case.objects.count() == 1


def test_a_stranger_sees_no_draft(draft, people, browse):
    _client, filing, url = draft
    for user in (people.clerk, people.stranger):
        assert browse(user).get(url).status_code == 404
        assert browse(user).post(url, {"provider.name": "x"}).status_code == 404
    filing.refresh_from_db()
    assert filing.content == {}


def test_an_account_without_identity_is_asked_for_it_first(db, browse):
    from backoffice.accounts.models import User

    client = browse(User.objects.create_user("nou@demo.example.ro", "x"))
    asked = client.post(reverse("workflows:file_new"), {"procedure": "providers"})
    assert asked.url.startswith(reverse("accounts:identity"))
    wrong = client.post(reverse("accounts:identity"), {"last_name": "Nou", "first_name": "Ion", "cnp": "1750514139014"})
    assert wrong.status_code == 422
    right = client.post(reverse("accounts:identity"), {"last_name": "Nou", "first_name": "Ion", "cnp": "1750514139013"})
    assert right.status_code == 302
    assert User.objects.get(email="nou@demo.example.ro").person.full_name == "NOU Ion"


# --- paper ------------------------------------------------------------------------------------------------------------


def paper_data(content=None):
    data = {}
    for name, value in (content or application()).items():
        data |= boxes(value, name) if value is not None else {}
    return data | {"channel": "post", "received_on": "20.11.2026", "signature": "handwritten", "ref": "H-77", "go": "1"}


def test_a_paper_request_of_another_county_is_registered_there_and_said_so_here(people, browse):
    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    content = application()
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ", "locality": "Cluj-Napoca"}
    said = client.post(url, paper_data(content), follow=True).content.decode()
    case = Case.objects.get()
    assert case.house == people.other_house
    assert f"{case.entry} la {people.other_house}" in said
    assert client.get(reverse("workflows:case", args=[case.public_id])).status_code == 404
    assert client.get(url, follow=True).redirect_chain[-1][0] == reverse("workflows:paper_new")


def test_a_clerk_keys_in_a_paper_request(people, browse):
    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    assert client.get(url).status_code == 200
    assert client.post(url, paper_data()).status_code == 302
    case = Case.objects.get()
    assert (case.filing.channel, case.filing.reference, case.filed_on.isoformat()) == ("post", "H-77", "2026-11-20")
    assert not case.parties.filter(capacity="filer").exists()
    act(case, people.clerk, outcome="approve")  # who keyed it in may also review it


def test_a_wrong_number_that_stands_on_the_paper_is_kept_as_written(people, browse):
    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    content = application(uic="12345675")
    answer = client.post(url, paper_data(content))
    assert answer.status_code == 422
    assert "așa scrie pe hârtie" in answer.content.decode()
    assert client.post(url, paper_data(content) | {"as_written": "provider.uic"}).status_code == 302
    assert [f["code"] for f in Case.objects.get().checks.get().findings] == ["R11"]


def test_only_who_may_key_in_sees_the_paper_form(people, browse):
    for user in (people.head, people.provider, people.administrator):
        assert browse(user).get(reverse("workflows:paper_new")).status_code == 404


# --- steps ------------------------------------------------------------------------------------------------------------


def test_a_whole_case_through_the_pages(people, browse, case):
    assert browse(people.clerk).post(claim(case)).status_code == 302
    assert browse(people.clerk).post(step(case), {"outcome": "approve"}).status_code == 302
    browse(people.head).post(claim(case))
    assert browse(people.head).post(step(case), {"outcome": "agree"}).status_code == 302
    browse(people.director).post(claim(case))
    page = browse(people.director).get(step(case))
    sha = texts.draft(CaseFile.of(case), CaseFile.of(case).proposal.outcome).sha256
    assert sha in page.content.decode()
    assert browse(people.director).post(step(case), {"outcome": "agree", "text_sha256": sha}).status_code == 302
    run_jobs()
    client = browse(people.provider)
    url = reverse("providers:key", args=[case.public_id])
    assert client.get(url).status_code == 200
    shown = client.post(url)
    key = LicenceKey.objects.get()
    assert key.mask[:5] in shown.content.decode()
    assert client.post(url).status_code == 410


def test_the_director_reads_every_act_that_the_signature_covers(people, browse, case):
    """Decision and convention, whole, in order, each under its heading and with the fingerprint of its words."""
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    browse(people.director).post(claim(case))
    page = browse(people.director).get(step(case))
    texts_ = page.context["draft"].texts
    assert [text.kind.code for text in texts_] == ["providers.approval", "providers.convention"]
    shown = page.content.decode()
    places = [shown.index(words) for text in texts_ for words in (f"{text.kind.label}\n", text.html, text.sha256)]
    assert places == sorted(places)
    assert "Obligațiile furnizorului" in shown
    assert '<span class="later">‹numărul›</span>' in shown
    assert "Semnez decizia și anexele" in shown


def test_signing_asks_for_a_fresh_log_in(people, browse, case):
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    client = browse(people.director, fresh=False)
    client.post(claim(case))
    sha = texts.draft(CaseFile.of(case), CaseFile.of(case).proposal.outcome).sha256
    answer = client.post(step(case), {"outcome": "agree", "text_sha256": sha})
    assert answer.status_code == 302
    assert "reauthenticate" in answer.url
    case.refresh_from_db()
    assert case.state == "sign"


def test_the_key_page_asks_for_a_fresh_log_in(people, browse, case):
    approved(case, people)
    run_jobs()
    answer = browse(people.provider, fresh=False).post(reverse("providers:key", args=[case.public_id]))
    assert "reauthenticate" in answer.url
    assert LicenceKey.objects.get().opened_at is None


def test_another_house_gets_the_same_404_as_for_nothing(people, browse, case):
    client = browse(people.stranger)
    nothing = client.get(reverse("workflows:case", args=[uuid.uuid4()]))
    urls = [reverse("workflows:case", args=[case.public_id])]
    assert [client.get(u).status_code for u in urls] == [404]
    assert _body(client.get(urls[0])) == _body(nothing)
    for url in (claim(case), step(case), reverse("workflows:release", args=[open_task(case).pk])):
        assert client.post(url, {"outcome": "approve"}).status_code == 404
    assert "Țuțea" not in client.get(reverse("workflows:search"), {"q": "Tutea"}).content.decode()
    assert "Țuțea" not in client.get(reverse("workflows:inbox"), {"lista": "all"}).content.decode()
    assert open_task(case).owner is None


def _body(response):
    import re

    return re.sub(rb'name="(csrfmiddlewaretoken|next)" value="[^"]*"', b"", response.content)


def test_only_the_holder_acts(people, browse, case):
    browse(people.clerk).post(claim(case))
    answer = browse(people.clerk2).post(step(case), {"outcome": "approve"})
    assert answer.status_code == 403
    case.refresh_from_db()
    assert case.state == "propose"


def test_a_role_that_ended_a_minute_ago_acts_no_more(people, browse, case):
    client = browse(people.clerk)
    client.post(claim(case))
    url = step(case)
    memberships.end(Membership.objects.get(user=people.clerk), by=None)
    assert client.post(url, {"outcome": "approve"}).status_code == 401  # the session ended with the role
    assert browse(people.clerk).post(url, {"outcome": "approve"}).status_code == 404
    with pytest.raises(PermissionDenied):
        steps.execute(open_task(case), by=people.clerk, answer=steps.Answer("approve"), today=case.filed_on)
    case.refresh_from_db()
    assert case.state == "propose"


def test_a_step_of_another_stage_is_another_form(people, browse, case):
    """The form follows the task row: a clerk's task takes no director's answer."""
    client = browse(people.clerk)
    client.post(claim(case))
    assert client.post(step(case), {"outcome": "agree", "text_sha256": "x"}).status_code == 422
    case.refresh_from_db()
    assert case.state == "propose"


def test_a_second_submit_finds_the_step_gone(people, browse, case):
    client = browse(people.clerk)
    client.post(claim(case))
    url = step(case)
    assert client.post(url, {"outcome": "approve"}).status_code == 302
    assert client.post(url, {"outcome": "approve"}).status_code == 409
    assert case.decisions.count() == 1
    assert Assignment.objects.get(case=case).step == "endorse"


@pytest.mark.parametrize("pk", [0, 999999, 2**62])
def test_a_step_that_does_not_exist_is_404(people, browse, case, pk):
    assert browse(people.clerk).post(reverse("workflows:execute", args=[pk])).status_code == 404


def test_a_clerk_cannot_take_a_heads_step(people, browse, case):
    act(case, people.clerk, outcome="approve")
    assert browse(people.clerk2).post(claim(case)).status_code == 403
    assert open_task(case).owner is None


def test_a_head_reassigns_to_a_colleague_only(people, browse, case):
    url = reverse("workflows:reassign", args=[open_task(case).pk])
    assert browse(people.head).post(url, {"to": people.clerk2.pk}).status_code == 302
    assert open_task(case).owner == people.clerk2
    browse(people.head).post(url, {"to": people.stranger.pk})
    assert open_task(case).owner == people.clerk2
    assert browse(people.clerk).post(url, {"to": people.clerk.pk}).status_code == 403


def test_the_administrator_of_accounts_sees_no_case(people, browse, case):
    client = browse(people.administrator)
    assert client.get(reverse("workflows:case", args=[case.public_id])).status_code == 404
    assert client.get(reverse("workflows:inbox")).status_code == 404
    assert client.get(reverse("accounts:people")).status_code == 200


def test_nobody_gives_himself_a_role(people, browse):
    client = browse(people.administrator)
    data = {"email": people.administrator.email, "role": "director"}
    assert client.post(reverse("accounts:people"), data).status_code == 422
    assert browse(people.clerk).get(reverse("accounts:people")).status_code == 403
    data["email"] = people.provider.email
    assert client.post(reverse("accounts:people"), data).status_code == 302
    assert Membership.objects.filter(user=people.provider, role="director").exists()


def test_acts_are_read_by_their_applicant_and_their_house_only(people, browse, case):
    approved(case, people)
    run_jobs()
    act_ = Document.objects.filter(about=case.public_id, kind="providers.approval").get()
    own = reverse("workflows:my_document", args=[case.public_id, act_.public_id])
    office = reverse("workflows:document", args=[case.public_id, act_.public_id])
    assert browse(people.clerk).get(office)["Content-Type"] == "application/pdf"
    assert deliveries.communicated_on(case) is None
    assert browse(people.provider).get(own).content.startswith(b"%PDF")
    assert deliveries.communicated_on(case) == DAY
    assert browse(people.stranger).get(office).status_code == 404
    assert browse(people.clerk).get(own).status_code == 404


def test_an_act_of_one_case_is_not_read_through_another(people, browse, case):
    approved(case, people)
    run_jobs()
    other = file_case(people.provider, uic="98765438")
    act_ = Document.objects.filter(about=case.public_id).first()
    assert (
        browse(people.provider)
        .get(reverse("workflows:my_document", args=[other.public_id, act_.public_id]))
        .status_code
        == 404
    )


def test_a_key_of_a_paper_request_is_handed_over_once(people, browse):
    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    client.post(url, paper_data())
    case = Case.objects.get()
    approved(case, people)
    run_jobs()
    hand_over = reverse("providers:hand_over", args=[case.public_id])
    assert browse(people.head).get(hand_over).status_code == 403
    assert LicenceKey.objects.get().mask[:5] in client.post(hand_over).content.decode()
    assert client.post(hand_over).status_code == 410
    from django.core import mail

    assert mail.outbox[0].to == [application()["provider"]["email"]]
    assert mail.outbox[0].attachments[0][1].startswith(b"%PDF") or bytes(mail.outbox[0].attachments[0][1]).startswith(
        b"%PDF"
    )


# --- lists ------------------------------------------------------------------------------------------------------------


def many(people, count):
    for number in range(count):
        file_case(people.provider, name=f"Cabinet {number:02}")


@pytest.mark.parametrize("page", ["inbox", "case"])
def test_a_page_costs_the_same_for_one_row_and_for_fifty(people, browse, page):
    client = browse(people.clerk)

    def cost():
        case = Case.objects.order_by("pk").first()
        url = {
            "inbox": reverse("workflows:inbox") + "?lista=all",
            "case": reverse("workflows:case", args=[case.public_id]),
        }[page]
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    many(people, 1)
    one = cost()
    many(people, 49)
    assert cost() == one


def test_the_inbox_shows_the_most_urgent_first_and_pages_by_key(people, browse):
    many(people, 30)
    Assignment.objects.filter(case__subject_name="Cabinet 17").update(due_on=DAY)
    client = browse(people.clerk)
    first = client.get(reverse("workflows:inbox"), {"lista": "all"})
    rows = [t.case.subject_name for t in first.context["page"].rows]
    assert rows[0] == "Cabinet 17"
    assert len(rows) == 25
    second = client.get(reverse("workflows:inbox"), {"lista": "all", "dupa": first.context["page"].next_key})
    rest = [t.case.subject_name for t in second.context["page"].rows]
    assert len(set(rows + rest)) == 30
    assert client.get(reverse("workflows:inbox"), {"lista": "all", "dupa": "x"}).status_code == 200


@pytest.mark.parametrize("query", ["tutea", "ȚUȚEA", "1", "1/{day:%d.%m.%Y}", "12345674", "1234"])
def test_search_finds_by_number_code_and_name_without_diacritics(people, browse, case, query):
    found = browse(people.head).get(reverse("workflows:search"), {"q": query.format(day=DAY)})
    assert [c.pk for c in found.context["cases"]] == [case.pk]


@pytest.mark.parametrize("query", ["", "\x00", "9" * 40, "%", "_", "'; drop", "²"])
def test_search_survives_anything(people, browse, case, query):
    assert browse(people.head).get(reverse("workflows:search"), {"q": query}).status_code == 200
