"""A new licence key: the old one is blocked when the new one is made, or at once where it leaked."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from backoffice.romania.calendar import today
from enrolment.providers import licence, services
from enrolment.providers.models import LicenceKey
from notifications.models import Document
from tests.conftest import DAY
from tests.enrolment.about import ask, enrolled, grant, refuse
from workflows import procedures
from workflows.errors import Invalid, Refused
from workflows.services.casefile import CaseFile

LOST = {"reason": "lost", "explanation": ""}
LEAKED = {"reason": "compromised", "explanation": "Un fost angajat o știe."}


@pytest.fixture
def enrolment(people):
    return enrolled(people)


@pytest.fixture
def asked(people, enrolment):
    """A lost key, asked for anew online."""
    return ask(enrolment, "providers_key", by=people.provider, content=LOST)


def states(enrolment):
    return [bool(key.blocked_at) for key in enrolment.keys.order_by("pk")]


def test_the_page_of_the_enrolment_offers_it_and_says_what_happens_first(people, browse, enrolment):
    page = browse(people.provider).get(reverse("workflows:my_case", args=[enrolment.case.public_id])).content.decode()
    assert "Cereți o cheie de licență nouă" in page
    opened = browse(people.provider).post(
        reverse("workflows:my_follow_up", args=[enrolment.case.public_id, "providers_key"]), follow=True
    )
    assert "se blochează în clipa în care se emite cea nouă" in opened.content.decode()


def test_the_old_key_lives_until_the_new_one_is_made(people, enrolment, asked):
    assert states(enrolment) == [False]
    grant(asked, people)
    assert states(enrolment) == [True, False]
    old, new = enrolment.keys.order_by("pk")
    assert (old.blocked_by, old.envelope, new.case) == (asked, None, asked)
    assert bytes(old.verifier) != bytes(new.verifier)


def test_the_holder_opens_the_new_one_once_from_either_page(people, browse, enrolment, asked):
    grant(asked, people)
    first = browse(people.provider).post(reverse("providers:key", args=[asked.public_id]))
    assert enrolment.key.mask[:5] in first.content.decode()
    again = browse(people.provider).post(reverse("providers:key", args=[enrolment.case.public_id]))
    assert again.status_code == 410
    assert "#dupa-decizie" in again.content.decode()


def test_what_was_asked_on_paper_is_handed_over_at_the_counter(people, browse, enrolment):
    client = browse(people.clerk)
    page = client.post(reverse("workflows:follow_up", args=[enrolment.case.public_id, "providers_key"])).url
    frame = {"channel": "counter", "received_on": DAY.strftime("%d.%m.%Y"), "signature": "handwritten", "go": "1"}
    assert client.post(page, frame | LOST).status_code == 302
    case = enrolment.case.follow_ups.get()
    grant(case, people)
    shown = client.post(reverse("providers:hand_over", args=[case.public_id]))
    assert enrolment.key.mask[:5] in shown.content.decode()


def test_a_key_that_leaked_is_blocked_on_filing_and_stays_blocked(people, enrolment):
    asked = ask(enrolment, "providers_key", by=people.provider, content=LEAKED)
    assert states(enrolment) == [True]
    with pytest.raises(Refused, match="blocată"):
        services.open_once(enrolment.key, by=people.provider)
    refuse(asked, people)
    assert states(enrolment) == [True]
    assert Document.objects.get(about=asked.public_id).context["former_key"]["blocked"]


def test_a_letter_alone_blocks_nothing_before_somebody_read_it(people, browse, enrolment):
    client = browse(people.clerk)
    page = client.post(reverse("workflows:follow_up", args=[enrolment.case.public_id, "providers_key"])).url
    frame = {"channel": "post", "received_on": DAY.strftime("%d.%m.%Y"), "signature": "handwritten", "go": "1"}
    assert client.post(page, frame | LEAKED).status_code == 302
    assert states(enrolment) == [False]


def test_another_reason_is_said_in_words(people, enrolment):
    with pytest.raises(Invalid):
        ask(enrolment, "providers_key", by=people.provider, content={"reason": "other", "explanation": " "})


def test_the_act_names_the_old_key_and_the_new_convention_replaces_the_former(people, enrolment, asked):
    former = Document.objects.get(about=enrolment.case.public_id, kind="providers.convention")
    grant(asked, people)
    former.refresh_from_db()
    convention = Document.objects.get(about=asked.public_id, kind="providers.convention")
    decision = Document.objects.get(about=asked.public_id, kind="providers.new_key")
    assert former.superseded_by == convention
    assert decision.context["former_key"]["mask"] == enrolment.keys.order_by("pk").first().mask
    approval = Document.objects.get(about=enrolment.case.public_id, kind="providers.approval")
    assert decision.context["approval"]["number"] == approval.number
    assert approval.superseded_by is None


def test_one_request_at_a_time(people, enrolment, asked):
    offer = procedures.get("providers_key").offer(enrolment.case, today=today())
    assert str(asked.entry) in offer.refused
    with pytest.raises(Refused, match="în lucru"):
        ask(enrolment, "providers_key", by=people.provider, content=LOST)


def test_who_proposes_does_not_sign_and_a_party_of_the_enrolment_decides_nothing(people, enrolment, asked):
    from tests.world import act

    assert CaseFile.of(asked).refusal(people.provider, "propose")
    act(asked, people.clerk, outcome="approve")
    assert CaseFile.of(asked).refusal(people.clerk, "sign")


def test_the_database_blocks_no_key_without_a_request_about_its_enrolment(people, enrolment):
    for because in (enrolment.case, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            LicenceKey.objects.filter(enrolment=enrolment).update(blocked_at=Now(), blocked_by=because, envelope=None)


def test_the_database_makes_no_key_without_a_signed_decision(people, enrolment, asked):
    services.block(enrolment, because=asked)
    with pytest.raises(IntegrityError, match="stands on its decisions"), transaction.atomic():
        services.issue(asked, key=licence.generate())


def test_a_blocked_key_never_lives_again(people, enrolment, asked):
    grant(asked, people)
    with pytest.raises(IntegrityError), transaction.atomic():
        enrolment.keys.order_by("pk").filter(blocked_at__isnull=False).update(blocked_at=None, blocked_by=None)
