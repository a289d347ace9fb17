"""What people are told about their data: the notice of each house, and the mail to whom a request names."""

import copy
import re
from io import BytesIO

import pikepdf
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import House
from backoffice.audit.models import Event
from backoffice.jobs.models import Job
from notifications.models import Document, Message, PublicPaper
from tests import world
from tests.conftest import DAY
from tests.world import run_jobs
from workflows import notice, privacy, procedures
from workflows.enums import Channel
from workflows.forms.spec import Parsed
from workflows.services import filings

OTHER = {"last_name": "Pop", "first_name": "Ana", "cnp": "2811103409027", "stamp_code": "D2000"}


def page(house):
    answer = Client().get(reverse("workflows:privacy_of", args=[house.code]))
    assert answer.status_code == 200
    return answer


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_anybody_chooses_a_house_and_reads_its_notice(db):
    chooser = Client().get(reverse("workflows:privacy")).content.decode()
    for house in House.objects.exclude(county=""):
        assert reverse("workflows:privacy_of", args=[house.code]) in chooser
    assert Client().get(reverse("workflows:privacy_of", args=["CAS-XX"])).status_code == 404


def test_the_notice_says_what_article_13_wants(people):
    shown = text_of(page(people.house))
    for said in (
        people.house.name,
        "Operatorul este",
        "Art. 6 alin. (1) lit. c) și e)",
        "Cine le primește",
        "Cât timp se păstrează",
        "Portabilitatea nu se aplică",
        "www.dataprotection.ro",
        people.house.data_protection_email,
        "Nicio decizie automată",
        "cererea online nu se poate depune",
    ):
        assert said in shown, said
    for procedure in procedures.every():
        assert str(procedure.title) in shown
        for ground in procedure.processing.grounds:
            assert str(ground) in shown or not ground.is_law


def test_what_a_house_says_of_itself_stands_in_its_notice_and_nothing_is_invented(people):
    house = people.house
    assert privacy.controller(house).data_protection == vars(house).get("data_protection_email", "")
    house.full_name, house.street, house.data_protection_email = "Casa de Probă", "Str. Probei nr. 1", "dpo@proba.ro"
    said = notice.words(house)
    assert (said["house"]["name"], said["data_protection"], said["contact"]) == (
        "Casa de Probă",
        "dpo@proba.ro",
        "dpo@proba.ro",
    )
    assert "Str. Probei nr. 1" in said["house"]["address"]
    house.data_protection_email = house.street = ""
    assert notice.words(house)["contact"] == "cas-ct@demo.example.ro"
    house.email = ""
    assert notice.words(house)["contact"].startswith("sediul casei, ")


def test_the_pdf_is_made_by_a_worker_when_the_words_change(people, monkeypatch):
    url = reverse("workflows:privacy_pdf", args=["CAS-CT"])
    assert Client().get(url).status_code == 404
    assert url not in page(people.house).content.decode()
    monkeypatch.setattr(notice, "houses", lambda: [people.house])
    assert notice.enqueue_due(DAY) == 1
    assert notice.enqueue_due(DAY) == 1  # still due, and still one job
    assert Job.objects.filter(kind=notice.PUBLISH).count() == 1
    assert run_jobs(notice.PUBLISH) == 1
    assert notice.enqueue_due(DAY) == 0
    file = Client().get(url)
    assert file["Content-Type"] == "application/pdf"
    assert len(pikepdf.open(BytesIO(file.content)).pages) in range(2, 7)
    assert url in page(people.house).content.decode()
    assert Event.objects.filter(code="paper.published").count() == 1
    # Other words: the old PDF is no longer offered, and the next look makes a new one.
    said = notice.words
    monkeypatch.setattr(notice, "words", lambda house: said(house) | {"contact": "altundeva"})
    assert Client().get(url).status_code == 404
    assert notice.enqueue_due(DAY) == 1
    assert run_jobs(notice.PUBLISH) == 1
    assert PublicPaper.objects.count() == 1
    assert Client().get(url).status_code == 200


def test_an_english_reader_is_offered_the_same_pdf(people, monkeypatch):
    monkeypatch.setattr(notice, "houses", lambda: [people.house])
    notice.enqueue_due(DAY)
    run_jobs(notice.PUBLISH)
    reader = Client()
    reader.post(reverse("set_language"), {"language": "en"})
    assert reader.get(reverse("workflows:privacy_pdf", args=["CAS-CT"])).status_code == 200


def test_it_is_linked_where_one_ticks_that_one_has_read_it(people, browse):
    client = browse(people.provider)
    chooser, of_house = reverse("workflows:privacy"), reverse("workflows:privacy_of", args=["CAS-CT"])
    assert chooser in Client().get(reverse("home")).content.decode()  # the foot of every page
    start = client.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    declarations = client.get(start.replace("furnizor", "declaratii")).content.decode()
    assert re.search(rf'id="id_privacy_notice".*?<a href="{chooser}"', declarations, re.DOTALL)
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=world.application())
    assert of_house in client.get(reverse("workflows:file_review", args=[filing.public_id])).content.decode()
    filings.submit(filing, by=people.provider, today=DAY)
    assert of_house in client.get(reverse("workflows:file_receipt", args=[filing.public_id])).content.decode()
    paper = browse(people.clerk).post(reverse("workflows:paper_new"), {"procedure": "providers"}).url
    keyed = browse(people.clerk).get(paper).content.decode()
    assert re.search(rf'id="id_privacy_notice".*?<a href="{chooser}"', keyed, re.DOTALL)


def test_the_start_page_says_how_long_it_takes_when_the_answer_comes_and_whose_the_form_is(db):
    shown = text_of(Client().get(reverse("workflows:file")))
    for procedure in (found for found in procedures.every() if not found.follows):
        assert f"Completarea durează {procedure.form.takes}" in shown
    for said in ("30 de zile de la înregistrare", "art. 8 din OG nr. 27/2002", "Model propus"):
        assert said in shown


def test_a_page_says_why_it_asks_and_on_what_ground(people, browse):
    client = browse(people.provider)
    first = client.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    shown = text_of(client.get(first))
    assert shown.count("De ce cerem") == 3
    assert "Temei:" in shown
    assert "Așa cere regula casei." in shown


@pytest.fixture
def content():
    """A request whose legal representative is one physician, and which names a second one."""
    found = world.application()
    second = copy.deepcopy(found["physicians"][0]) | OTHER | {"email": "ana.pop@exemplu.ro"}
    found["physicians"].append(second)
    return found


def test_each_physician_who_is_declared_is_told_once(people, content):
    case = world.file_case(people.provider, content=content)
    [message] = Message.objects.all()
    run_jobs("mail")
    [letter] = mail.outbox
    assert letter.to == ["ana.pop@exemplu.ro"]
    for said in (
        case.subject_name,
        people.house.full_name,
        str(case.entry),
        "codul de parafă",
        "art. 14",
        "www.dataprotection.ro",
        reverse("workflows:privacy_of", args=["CAS-CT"]),
        f"Dacă nu lucrați la {case.subject_name}",
        privacy.contact_line(people.house),
    ):
        assert said in letter.body, said
    written = f"{letter.subject}{letter.body}{message.context}{message.dedupe_key}"
    assert not re.search(r"\d{13}", written.replace(str(case.public_id), ""))
    # The same person in a later version of the same case is not told again; one who is new is.
    third = copy.deepcopy(content["physicians"][1]) | {"cnp": "5100721019033", "email": "nou@exemplu.ro"}
    case.version += 1
    part = case.content | {"physicians": [*content["physicians"], third]}
    filings.add_version(case, Parsed(part, ()), channel="online", received_on=DAY, by=people.provider, today=DAY)
    assert sorted(m.address for m in Message.objects.all()) == ["ana.pop@exemplu.ro", "nou@exemplu.ro"]


def test_who_files_is_told_on_the_page_and_needs_no_mail(people, content):
    content["physicians"][1] |= {"cnp": people.provider.person.cnp}
    world.file_case(people.provider, content=content)
    assert not Message.objects.exists()


@pytest.mark.parametrize("address", ["", "fara arond"])
def test_who_cannot_be_reached_by_mail_gets_a_letter(people, content, address):
    content["physicians"][1]["email"] = address
    case = world.file_case(people.provider, content=world.application())
    part = content | {"channel": Channel.COUNTER, "signature": "handwritten"}
    for _again in range(2):
        case.version += 1
        written = Parsed(part, (), frozenset({"physicians[1].email"}))
        filings.add_version(case, written, channel="counter", received_on=DAY, by=None, today=DAY)
    assert not Message.objects.exists()
    assert not Event.objects.filter(code="person.not_told").exists()
    [letter] = Document.objects.filter(about=case.public_id, kind="workflows.notice")
    assert letter.context["to"]["name"].startswith(content["physicians"][1]["last_name"].upper())
    assert "art. 14" in str(letter.context["paragraphs"])


def test_who_is_named_without_a_code_is_counted_in_the_log(people, content):
    case = world.file_case(people.provider, content=world.application())
    content["physicians"][1] |= {"cnp": None, "email": None}
    case.version += 1
    content |= {"channel": Channel.COUNTER, "signature": "handwritten"}
    written = Parsed(content, (), missing=frozenset({"physicians[1].cnp", "physicians[1].email"}))
    filings.add_version(case, written, channel="counter", received_on=DAY, by=None, today=DAY)
    [event] = Event.objects.filter(code="person.not_told")
    assert (event.subject_id, event.facts["count"]) == (case.pk, 1)


def test_a_procedure_that_names_nobody_tells_nobody():
    assert procedures.get("toy").told({"email": "a@exemplu.ro"}) == ()
