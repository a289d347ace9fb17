"""Letters to applicants without an account, and the answer that a clerk keys in."""

import copy

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from notifications.models import Document, Message
from tests.conftest import DAY
from tests.notifications.test_documents import text_of
from tests.paper import WHOLE, deliveries_of, found, on_paper, register
from tests.world import act, run_jobs
from workflows.errors import Invalid, Refused
from workflows.models import Case, Delivery, RegistryEntry
from workflows.services import completions, letters, steps
from workflows.services.completions import Received


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


@pytest.fixture
def asked(people):
    [case] = register(people, ["provider.email", "provider.phone", "physicians[0].cnp"]).cases
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Scrieți CNP-ul medicului.")
    return case


def test_completion_is_asked_by_letter_with_the_clerks_words_and_the_term(people, asked):
    document = Document.objects.get(about=asked.public_id, kind="workflows.completion")
    run_jobs()
    document.refresh_from_db()
    words = " ".join(text_of(bytes(document.pdf)).split())
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
