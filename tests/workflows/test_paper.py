"""The paper road: what a paper lacks, letters, the answer keyed in, and the facts that a decision reached somebody."""

import copy
import json
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.models import Document, Message
from tests import world
from tests.conftest import DAY
from tests.world import act, application, approved, rejected, run_jobs
from workflows import intake, procedures
from workflows.enums import CommunicationChannel, Outcome
from workflows.errors import Invalid, Refused
from workflows.forms import absent
from workflows.models import Case, Communication, Delivery, RegistryEntry
from workflows.services import completions, deliveries, filings, letters, steps, texts
from workflows.services.casefile import CaseFile
from workflows.services.completions import Received

FRAME = {"ref": "P-1", "channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten"}


def on_paper(**changes):
    return application(**changes) | FRAME


def paths(value, path=""):
    """Every field and list of a content that a paper may lack."""
    for key, inner in value.items():
        here = f"{path}.{key}" if path else key
        if here in absent.NEVER:
            continue
        yield here
        if isinstance(inner, dict):
            yield from paths(inner, here)
        elif isinstance(inner, list):
            for number, row in enumerate(inner):
                if isinstance(row, dict):
                    yield from paths(row, f"{here}[{number}]")


WHOLE = on_paper()
PATHS = sorted(paths(WHOLE))


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


def without(content, missing):
    """The content with nothing at these paths, and the paths that can still be named."""
    left = copy.deepcopy(content)
    outer = {path for path in missing if not any(absent.covers([other], path) for other in missing if other != path)}
    for path in outer:
        absent.take_out(left, path)
    return left, outer


def register(people, missing=(), *, content=None, reference="P-1"):
    """Key in a paper that lacks these fields, and register it."""
    left, outer = without(content or WHOLE, missing)
    draft = filings.start_paper(
        procedures.get("providers"), house=people.house, channel="counter", content={}, by=people.clerk
    )
    filings.save_paper(draft, content=left | {"ref": reference}, as_written=(), missing=outer)
    return filings.submit(draft, by=people.clerk, today=DAY)


def found(case):
    return [(f["code"], f["field"]) for f in case.checks.last().findings]


# --- what a paper lacks -----------------------------------------------------------------------------------------------


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
    asked_of_a_cabinet = path == "provider.cabinet_register_no"
    assert bool(parsed.errors) == (_is_required(path) or asked_of_a_cabinet)


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
        act(case, people.clerk, outcome="reject", reasons=("R11",) if _may_reject("R11") else ("R05",), text="Lipsuri.")
        read = texts.draft(CaseFile.of(case), Outcome.REJECT)
        assert "None" not in read.html
        assert "None" not in str(Document.objects.get(about=case.public_id, kind="workflows.registered").context["to"])
        transaction.set_rollback(True)


def _may_reject(code):
    return code in {reason.code for reason in procedures.get("providers").reasons("reject")}


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


# --- letters ----------------------------------------------------------------------------------------------------------


def text_of(document):
    """The words of a sealed PDF."""
    import subprocess

    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=bytes(document.pdf), capture_output=True, check=True
    ).stdout.decode()


def test_the_number_goes_by_mail_to_whoever_gave_an_address(people):
    [case] = register(people).cases
    run_jobs()
    [letter] = mail.outbox
    assert letter.to == [WHOLE["provider"]["email"]]
    assert "/cereri/" not in letter.body
    document = Document.objects.get(about=case.public_id, kind="workflows.registered")
    assert bytes(letter.attachments[0][1]) == bytes(document.pdf)
    assert RegistryEntry.objects.get(kind="exit").answers == case.entry
    assert document.number == str(RegistryEntry.objects.get(kind="exit"))
    assert not deliveries_of(people)


def test_without_an_address_the_letter_waits_to_be_posted(people):
    [case] = register(people, ["provider.email", "declaration"]).cases
    run_jobs()
    assert mail.outbox == []
    assert [d.document.kind for d in deliveries_of(people)] == ["workflows.registered"]
    context = Document.objects.get(about=case.public_id).context
    assert len(context["missing"]) == 2
    assert "Adresa de e-mail" in context["missing"]
    assert context["to"]["address"]


def deliveries_of(people):
    from backoffice.accounts.access import Grants

    return list(deliveries.waiting(people.house, Grants.of(people.clerk), today=DAY))


def test_a_redirected_applicant_is_told_where_the_request_went(people):
    content = on_paper()
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ", "locality": "Cluj-Napoca"}
    [case] = register(people, content=content).cases
    run_jobs()
    letter = Delivery.objects.select_related("document").get(document__kind="workflows.redirected")
    assert (letter.house, letter.case) == (people.house, None)
    assert letter.document.context["cases"] == [
        {"house": people.other_house.name, "seat": people.other_house.seat, "number": str(case.entry)}
    ]
    exit_entry = RegistryEntry.objects.get(house=people.house, kind="exit")
    assert exit_entry.answers == case.entry.redirected_from
    assert letter.document.number == str(exit_entry)
    assert Document.objects.filter(about=case.public_id, kind="workflows.registered", house=people.other_house).exists()


def test_several_letters_of_one_kind_are_several_documents(people):
    [case] = register(people).cases
    letters.registered(case)
    assert [d.occasion for d in Document.objects.filter(about=case.public_id).order_by("pk")] == [1, 2]
    run_jobs()
    assert len({d.number for d in Document.objects.filter(about=case.public_id)}) == 2


def test_another_addressee_can_be_written_to(people):
    [case] = register(people).cases
    to = letters.Addressee("DR. POP Ana", "str. Lungă, nr. 1, Constanța")
    words = {"filed_on": DAY.isoformat(), "due_on": DAY.isoformat()}
    delivery = letters.write(case, letters.REGISTERED, words=words, to=to)
    assert (delivery.subject_name, delivery.email or "") == ("DR. POP Ana", "")


# --- completion by letter, answer keyed in ----------------------------------------------------------------------------


@pytest.fixture
def asked(people):
    [case] = register(people, ["provider.email", "provider.phone", "physicians[0].cnp"]).cases
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Scrieți CNP-ul medicului.")
    return case


def test_completion_is_asked_by_letter_with_the_clerks_words_and_the_term(people, asked):
    document = Document.objects.get(about=asked.public_id, kind="workflows.completion")
    run_jobs()
    document.refresh_from_db()
    words = " ".join(text_of(document).split())
    request = completions.open_request(asked)
    assert "Scrieți CNP-ul medicului." in words
    assert "Medicul 1: Codul numeric personal" in words
    assert f"{request.due_on.day} " in words
    assert str(asked.entry) in words
    assert mail.outbox == []


def test_reminders_on_paper_go_by_mail_only_and_never_link_to_an_account(people):
    [case] = register(people).cases
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Ceva.")
    completions.tell(completions.open_request(case), "completion_reminder_5")
    run_jobs()
    assert Message.objects.get(template="completion_reminder")
    assert not any("/cereri/" in letter.body or "{{" in letter.body for letter in mail.outbox)


def test_without_an_address_there_is_no_reminder(people, asked):
    completions.tell(completions.open_request(asked), "completion_reminder_5")
    assert not Message.objects.exists()


def test_a_clerk_keys_in_the_answer(people, asked, browse):
    from tests.workflows.test_views import boxes

    client = browse(people.clerk2)
    page = client.get(reverse("workflows:case", args=[asked.public_id])).content.decode()
    url = reverse("workflows:paper_answer", args=[asked.public_id])
    assert url in page
    shown = client.get(url).content.decode()
    assert "Scrieți CNP-ul medicului." in shown
    content = asked.content
    content["physicians"][0]["cnp"] = WHOLE["physicians"][0]["cnp"]
    data = {k: v for name, value in content.items() if value is not None for k, v in boxes(value, name).items()}
    data |= {"missing": ["provider.email", "provider.phone"], "answer.channel": "post"}
    client.post(url, data | {"answer.received_on": "x", "keep": "1"})
    assert WHOLE["physicians"][0]["cnp"] in client.get(url).content.decode()
    assert "există o ciornă" in client.get(reverse("workflows:case", args=[asked.public_id])).content.decode()
    assert client.post(url, data | {"answer.received_on": "x", "go": "1"}).status_code == 422
    sent = client.post(url, data | {"answer.received_on": f"{DAY:%d.%m.%Y}", "go": "1"})
    assert sent.status_code == 302
    asked.refresh_from_db()
    del asked.current
    version = asked.current
    assert (asked.state, asked.version) == ("propose", 2)
    assert (version.submitted_by, version.channel, version.received_on) == (people.clerk2, "post", DAY)
    assert version.missing == ["provider.email", "provider.phone"]
    assert asked.parties.filter(capacity="physician").count() == 1
    assert ("R11", "physicians[0].cnp") not in found(asked)


def test_the_answer_names_what_the_paper_did_not(people):
    [case] = register(people, ["provider.uic", "provider.name"]).cases
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Cine sunteți?")
    received = Received("counter", DAY)
    steps.complete(case, by=people.clerk, content=WHOLE, received=received, today=DAY)
    case.refresh_from_db()
    assert (case.subject_key, case.subject_name) == (WHOLE["provider"]["uic"], WHOLE["provider"]["name"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(subject_key="1")


def test_an_answer_on_paper_says_how_and_when_it_came(people, asked):
    with pytest.raises(Refused, match="cum și când"):
        steps.complete(asked, by=people.clerk, content=WHOLE, today=DAY)
    with pytest.raises(PermissionDenied):
        steps.complete(asked, by=people.head, content=WHOLE, received=Received("post", DAY), today=DAY)
    with pytest.raises(Invalid):
        steps.complete(asked, by=people.clerk, content={}, received=Received("post", DAY), today=DAY)


def test_open_competence_is_settled_by_the_answer_or_sent_on_as_a_new_request(people):
    [case] = register(people, ["work_points"]).cases
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Unde lucrați?")
    elsewhere = copy.deepcopy(WHOLE)
    elsewhere["work_points"][0]["address"]["county"] = "CJ"
    received = Received("post", DAY)
    with pytest.raises(Refused, match="cerere nouă"):
        steps.complete(case, by=people.clerk, content=elsewhere, received=received, today=DAY)
    steps.complete(case, by=people.clerk, content=WHOLE, received=received, today=DAY)
    case.refresh_from_db()
    act(case, people.clerk, outcome="approve")
    assert case.state == "endorse"


# --- facts of communication -------------------------------------------------------------------------------------------


@pytest.fixture
def decided(people):
    """A paper request that was approved: its decision waits to be posted."""
    [case] = register(people).cases
    approved(case, people)
    run_jobs()
    return SimpleNamespace(case=case, delivery=Delivery.objects.get(case=case, document__kind="providers.approval"))


def test_a_paper_decision_waits_until_a_fact_says_that_it_arrived(people, decided):
    assert [d.pk for d in deliveries_of(people)] == [decided.delivery.pk]
    assert deliveries.communicated_on(decided.case) is None
    deliveries.posted(decided.delivery, by=people.clerk, day=DAY, confirmation="RO 1", today=DAY)
    assert deliveries_of(people) == []
    assert deliveries.communicated_on(decided.case) == DAY


def test_the_earliest_fact_is_the_day_of_communication(people, decided):
    later = DAY + timedelta(days=4)
    deliveries.posted(decided.delivery, by=people.clerk, day=later, confirmation="RO 1", today=later)
    assert deliveries.communicated_on(decided.case) == later
    deliveries.handed_over(decided.delivery, by=people.clerk, day=DAY, to="POP Ana, reprezentant legal", today=later)
    assert deliveries.communicated_on(decided.case) == DAY
    assert Communication.objects.count() == 2


def test_a_wrong_fact_is_cancelled_by_another_row_and_the_document_waits_again(people, decided):
    fact = deliveries.posted(decided.delivery, by=people.clerk, day=DAY, confirmation="RO 1", today=DAY)
    with pytest.raises(Refused, match="de ce"):
        deliveries.cancel(fact, by=people.clerk, why=" ", today=DAY)
    deliveries.cancel(fact, by=people.clerk, why="Alt plic.", today=DAY)
    assert deliveries.communicated_on(decided.case) is None
    assert [d.pk for d in deliveries_of(people)] == [decided.delivery.pk]
    with pytest.raises(Refused, match="anulată deja"):
        deliveries.cancel(Communication.objects.get(pk=fact.pk), by=people.clerk, why="x", today=DAY)
    deliveries.posted(decided.delivery, by=people.clerk, day=DAY, confirmation="RO 1", today=DAY)
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        Communication.objects.filter(pk=fact.pk).update(day=DAY)


def test_a_fact_is_refused_with_what_to_do(people, decided):
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    for day, words in ((before, "înainte"), (after, "viitor")):
        with pytest.raises(Refused, match=words):
            deliveries.posted(decided.delivery, by=people.clerk, day=day, confirmation="RO 1", today=DAY)
    with pytest.raises(Refused, match="numărul confirmării"):
        deliveries.posted(decided.delivery, by=people.clerk, day=DAY, confirmation=" ", today=DAY)
    with pytest.raises(Refused, match="cui"):
        deliveries.handed_over(decided.delivery, by=people.clerk, day=DAY, to="", today=DAY)
    for user in (people.head, people.stranger, people.provider):
        with pytest.raises(PermissionDenied):
            deliveries.posted(decided.delivery, by=user, day=DAY, confirmation="RO 1", today=DAY)
    assert not Communication.objects.exists()


def test_one_confirmation_is_for_one_document(people, decided):
    deliveries.posted(decided.delivery, by=people.clerk, day=DAY, confirmation="RO 1", today=DAY)
    [other] = register(people, content=on_paper(uic=world.UICS[1], number=1), reference="P-2").cases
    rejected(other, people)
    run_jobs()
    with pytest.raises(Refused, match="alt act"):
        deliveries.posted(
            Delivery.objects.get(case=other, document__kind="providers.rejection"),
            by=people.clerk,
            day=DAY,
            confirmation="RO 1",
            today=DAY,
        )


def test_a_decision_unread_online_is_posted_after_ten_days(people, case):
    from backoffice.accounts.access import Grants

    approved(case, people)
    run_jobs()
    grants = Grants.of(people.clerk)
    listed = lambda day: deliveries.waiting(people.house, grants, today=day).count()  # noqa: E731
    assert [listed(DAY + timedelta(days=days)) for days in (0, 9, 10)] == [0, 0, 1]


def test_reading_online_is_a_fact_once(people, case, browse):
    approved(case, people)
    run_jobs()
    document = Document.objects.get(about=case.public_id, kind="providers.approval")
    url = reverse("workflows:my_document", args=[case.public_id, document.public_id])
    for _ in range(2):
        assert browse(people.provider).get(url).status_code == 200
    fact = Communication.objects.get()
    assert (fact.channel, fact.day, fact.recorded_by) == (CommunicationChannel.ONLINE, DAY, people.provider)
    assert Delivery.objects.get(document=document).reached_at is not None
    with pytest.raises(Refused, match="nu se anulează"):
        deliveries.cancel(fact, by=people.clerk, why="x", today=DAY)


def test_reading_the_convention_is_no_communication_of_the_decision(people, case, browse):
    approved(case, people)
    run_jobs()
    annex = Document.objects.get(about=case.public_id, kind="providers.convention")
    browse(people.provider).get(reverse("workflows:my_document", args=[case.public_id, annex.public_id]))
    assert deliveries.communicated_on(case) is None


def test_the_pages_of_communication(people, decided, browse):
    client = browse(people.clerk)
    case_page = reverse("workflows:case", args=[decided.case.public_id])
    url = reverse("workflows:communicate", args=[decided.delivery.document.public_id])
    assert url in client.get(reverse("workflows:to_communicate")).content.decode()
    wrong = client.post(url, {"act": "posted", "day": "32.01.2026", "confirmation": "RO 9"})
    assert wrong.status_code == 422
    assert 'value="RO 9"' in wrong.content.decode()
    assert client.post(url, {"act": "posted", "day": f"{DAY:%d.%m.%Y}", "confirmation": "RO 9"}).url == case_page
    shown = client.get(case_page).content.decode()
    assert "decizia este comunicată" in shown
    assert "RO 9" in shown
    assert url not in client.get(reverse("workflows:to_communicate")).content.decode()
    fact = Communication.objects.get()
    client.post(url, {"act": "cancel", "fact": fact.public_id, "why": "Greșit."})
    assert "decizia este comunicată" not in client.get(case_page).content.decode()
    pdf = client.get(reverse("workflows:communicated_document", args=[decided.delivery.document.public_id]))
    assert len(pikepdf.open(BytesIO(pdf.content)).pages) >= 1
    for user in (people.head, people.stranger, people.provider):
        assert browse(user).get(url).status_code == 404
    for user in (people.head, people.provider):
        assert browse(user).get(reverse("workflows:to_communicate")).status_code == 404


def test_the_list_pages_by_key(people):
    [case] = register(people, ["provider.email"]).cases
    for _ in range(27):
        letters.registered(case)
    run_jobs()
    from backoffice.accounts.access import Grants
    from workflows import outbox

    rows = deliveries.waiting(people.house, Grants.of(people.clerk), today=DAY)
    first = outbox.page_of(rows, "")
    second = outbox.page_of(rows, first.next_key)
    assert (len(first.rows), len(second.rows), second.next_key) == (25, 3, "")
    assert len({row.pk for row in [*first.rows, *second.rows]}) == 28
    assert outbox.page_of(rows, "x").is_first


def test_the_key_at_the_counter_says_nothing_about_the_decision(people, decided):
    from enrolment.providers import services
    from enrolment.providers.models import LicenceKey

    services.hand_over(LicenceKey.objects.get(), by=people.clerk)
    assert deliveries.communicated_on(decided.case) is None
