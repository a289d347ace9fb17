"""Failed work has a page: what, why, since when, and a button; only for who looks after it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db.models.functions import Now
from django.urls import reverse

from backoffice.audit.models import Event
from backoffice.jobs import codes, queue, registry, tasks
from backoffice.jobs.models import Job, JobState
from notifications.models import Message
from tests.world import approved, run_jobs
from workflows import failed

pytestmark = pytest.mark.calendar

PAGE = reverse("workflows:failed")


def give_up(kind, object_id, house, code):
    job = queue.enqueue(kind, object_id=object_id, house=house.pk, dedupe_key=f"test:{kind}:{object_id}:{code}")
    claimed = queue.claim(job.public_id)
    queue.fail(claimed, code=code, permanent=True)
    return Job.objects.get(pk=job.pk)


@pytest.fixture
def stopped(people, case):
    """The issuing of a signed case, stopped."""
    approved(case, people)
    job = Job.objects.get(kind="providers.issue")
    queue.fail(queue.claim(job.public_id), code="seal_unavailable", permanent=True)
    return job


def test_the_head_sees_what_stopped_and_why_and_asks_for_it_again(people, browse, case, stopped):
    client = browse(people.head)
    page = client.get(PAGE).content.decode()
    for words in ("Emiterea deciziei", "Sigiliul electronic", reverse("workflows:case", args=[case.public_id])):
        assert words in page
    assert '<span class="count late">1</span>' in page
    client.post(reverse("workflows:retry_failed", args=[stopped.public_id]))
    assert run_jobs("providers.issue") == 1
    case.refresh_from_db()
    assert case.state == "approved"
    assert Event.objects.get(code="job.retried").actor_user == people.head.pk
    again = client.get(PAGE).content.decode()
    assert "Nicio operațiune nu a eșuat." in again
    assert "count late" not in again


def test_who_the_support_is_stands_on_the_page(people, browse, stopped, settings):
    settings.SUPPORT_CONTACT = "suport@example.ro"
    assert "suport@example.ro" in browse(people.head).get(PAGE).content.decode()


def test_asking_twice_is_asking_once(people, browse, stopped):
    client = browse(people.head)
    for _ in range(2):
        answer = client.post(reverse("workflows:retry_failed", args=[stopped.public_id]), follow=True)
        assert answer.status_code == 200
    assert "fusese deja reluată" in answer.content.decode()
    assert Event.objects.filter(code="job.retried").count() == 1


@pytest.mark.parametrize(
    ("who", "page", "button"),
    [
        ("clerk", 403, 403),
        ("director", 403, 403),
        ("administrator", 403, 403),
        ("provider", 404, 404),
        ("stranger", 403, 403),
    ],
)
def test_nobody_else_sees_or_touches_it(people, browse, stopped, who, page, button):
    client = browse(getattr(people, who))
    assert client.get(PAGE).status_code == page
    assert client.post(reverse("workflows:retry_failed", args=[stopped.public_id])).status_code == button
    assert client.post(reverse("workflows:retry_all_failed"), {"motiv": "seal_unavailable"}).status_code == button
    stopped.refresh_from_db()
    assert stopped.state == JobState.FAILED
    assert "Lucrări oprite" not in client.get(reverse("home"), follow=True).content.decode()


def test_another_houses_stopped_work_is_not_there(people, browse):
    foreign = give_up("providers.issue", 900, people.other_house, "worker_lost")
    client = browse(people.head)
    assert client.get(PAGE).context["page"].rows == []
    assert client.post(reverse("workflows:retry_failed", args=[foreign.public_id])).status_code == 404
    client.post(reverse("workflows:retry_all_failed"), {"motiv": "worker_lost"})
    foreign.refresh_from_db()
    assert foreign.state == JobState.FAILED


def test_everything_that_stopped_for_one_reason_is_asked_for_at_once(people, browse):
    for number in range(3):
        give_up("providers.issue", 900 + number, people.house, "worker_lost")
    other = give_up("providers.issue", 950, people.house, "seal_unavailable")
    client = browse(people.head)
    assert "Reia toate (3)" in client.get(PAGE).content.decode()
    answer = client.post(reverse("workflows:retry_all_failed"), {"motiv": "worker_lost"}, follow=True)
    assert "3 operațiuni au fost cerute din nou." in answer.content.decode()
    assert list(failed.of(people.house)) == [other]


def test_a_refused_address_is_masked_and_written_to_again_once_it_is_right(people, browse, case):
    approved(case, people)
    run_jobs("providers.issue")
    job = Job.objects.get(kind="mail")
    queue.fail(queue.claim(job.public_id), code="mail_refused", permanent=True)
    assert Message.objects.get().state == "failed"
    page = browse(people.head).get(PAGE).content.decode()
    assert "f***@demo.example.ro" in page
    assert people.provider.email not in page
    people.provider.email = "corect@demo.example.ro"
    people.provider.save()
    browse(people.head).post(reverse("workflows:retry_failed", args=[job.public_id]))
    run_jobs("mail")
    assert Message.objects.get().state == "sent"
    assert mail.outbox[-1].to == ["corect@demo.example.ro"]


def test_pages_follow_a_key_and_cost_the_same(people, browse):
    from tests.goals.test_pages_goal import cost

    client = browse(people.head)
    give_up("providers.issue", 900, people.house, "worker_lost")
    one = cost(client, PAGE)
    for number in range(1, 30):
        give_up("providers.issue", 900 + number, people.house, "worker_lost")
    assert cost(client, PAGE) == one
    first = client.get(PAGE).context["page"]
    second = client.get(PAGE, {"dupa": first.next_key}).context["page"]
    assert len({row.job.pk for row in first.rows + second.rows}) == 30
    assert client.get(PAGE, {"dupa": "²"}).status_code == 200


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, ""), (7, "operațiunile așteaptă de 7 minute: sistemul care le face nu răspunde")]
)
def test_work_that_nobody_takes_up_is_said(people, browse, case, minutes, said):
    approved(case, people)
    Job.objects.update(due_at=Now() - timedelta(minutes=minutes))
    page = browse(people.head).get(PAGE).content.decode()
    assert ("sistemul care le face nu răspunde" in page) == bool(said)
    assert said in page


def test_work_that_waits_for_its_next_attempt_is_not_late(people, browse, case):
    approved(case, people)
    Job.objects.update(due_at=Now() + timedelta(minutes=50))
    assert failed.waiting(people.house) == []


def test_every_code_that_can_occur_has_its_sentence():
    sources = [
        p.read_text()
        for room in ("backoffice/jobs", "enrolment", "notifications", "workflows")
        for p in (Path(settings.BASE_DIR) / room).rglob("*.py")
    ]
    raised = {c for s in sources for c in re.findall(r'(?:Permanent\(|Transient\(|fail\(job, code=)"(\w+)"', s)}
    assert {"mail_refused", "worker_lost", "time_limit"} <= raised
    assert raised <= codes.known()
    assert codes.sentence("render_incomplete") == codes.sentence("render_") != codes.OTHER
    assert codes.sentence("ZeroDivisionError") == codes.OTHER


def test_every_kind_and_every_queue_has_its_words():
    assert all(registry.label_of(kind) for kind in registry.kinds())
    assert {registry.queue_of(kind) for kind in registry.kinds()} <= set(failed.QUEUES)


def test_a_failure_nobody_foresaw_is_given_up_with_a_sentence(people, browse, monkeypatch):
    handler = registry.Handler(
        "providers.issue", "x", "issue", lambda job: 1 / 0, lambda prepared: None, lambda job, result: None
    )
    monkeypatch.setitem(registry._handlers, "providers.issue", handler)
    job = queue.enqueue("providers.issue", object_id=1, house=people.house.pk)
    for _ in range(queue.MAX_ATTEMPTS):
        Job.objects.update(due_at=Now() - timedelta(seconds=1))
        tasks.perform(queue.claim(job.public_id))
    assert "eroare neprevăzută" in browse(people.head).get(PAGE).content.decode()
