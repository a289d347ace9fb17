"""Facts that a decision reached its addressee, and the list of what has not."""

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from backoffice.accounts.access import Grants
from notifications.models import Document
from tests import world
from tests.conftest import DAY
from tests.paper import deliveries_of, on_paper, register
from tests.world import approved, rejected, run_jobs
from workflows.enums import CommunicationChannel
from workflows.errors import Refused
from workflows.models import Communication, Delivery
from workflows.services import deliveries, letters


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


def test_the_list_is_read_along_its_index(people, decided):
    rows = deliveries.waiting(people.house, Grants.of(people.clerk), today=DAY).order_by("since", "pk")[:26]
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
    assert "delivery_waiting" in rows.explain()
