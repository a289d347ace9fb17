"""The clock of completions: found by one query, done by durable jobs, each occasion once."""

from datetime import datetime, time, timedelta

import pytest
import time_machine

from backoffice.audit.models import Event
from backoffice.jobs.models import Job
from backoffice.romania.calendar import BUCHAREST, add_working_days
from notifications.models import Message
from tests.conftest import DAY
from tests.world import act, file_case, run_jobs
from workflows import deadlines
from workflows.models import CompletionRequest
from workflows.services import completions, steps

pytestmark = pytest.mark.calendar


@pytest.fixture
def asked(people, case):
    """A completion asked for at noon of one day; the database would write its own moment, perhaps of the day after."""
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    CompletionRequest.objects.update(asked_at=datetime.combine(DAY, time(12), BUCHAREST))
    return completions.open_request(case)


def after(working_days):
    return add_working_days(DAY, working_days)


def run_on(day):
    """The clock and the workers on one day; how many occasions were found."""
    with time_machine.travel(datetime.combine(day, time(9), BUCHAREST), tick=False):
        found = deadlines.enqueue_due(day)
        run_jobs(deadlines.CLOCK)
    return found


def test_reminders_come_once_each_and_a_lapse_returns_the_case_flagged(asked, case):
    for days, found, messages in ((4, 0, 1), (5, 1, 2), (5, 0, 2), (8, 1, 3), (9, 0, 3)):
        assert run_on(after(days)) == found
        assert Message.objects.count() == messages
    assert run_on(asked.due_on + timedelta(days=1)) == 1
    case.refresh_from_db()
    assert case.state == "propose"
    assert Event.objects.filter(code="case.completion_lapsed").count() == 1
    assert run_on(asked.due_on + timedelta(days=3)) == 0


def test_runs_that_were_missed_are_made_up(asked):
    assert run_on(after(9)) == 2
    assert Message.objects.count() == 3


def test_a_lapse_that_was_missed_is_not_announced_by_late_reminders(asked, case):
    assert run_on(asked.due_on + timedelta(days=30)) == 1
    assert Message.objects.count() == 1
    case.refresh_from_db()
    assert case.state == "propose"


def test_an_answer_before_the_worker_came_leaves_nothing_to_do(asked, case, people):
    day = after(5)
    assert deadlines.enqueue_due(day) == 1
    steps.complete(case, by=people.provider, content=case.content, today=DAY)
    assert run_on(day) == 0
    assert Message.objects.count() == 1
    assert Job.objects.get(kind=deadlines.CLOCK).state == "done"


def test_one_request_that_cannot_be_moved_delays_no_other(asked, people, monkeypatch):
    other = file_case(people.provider, name="Alt cabinet", uic="98765438")
    act(other, people.clerk2, outcome="completion", reasons=("R11",), text="Lămuriți.")
    lapse = steps.lapse

    def refuse_the_first(case, *, today):
        if case.pk == asked.case_id:
            raise RuntimeError
        return lapse(case, today=today)

    monkeypatch.setattr(steps, "lapse", refuse_the_first)
    assert run_on(asked.due_on + timedelta(days=1)) == 2
    other.refresh_from_db()
    assert other.state == "propose"
    assert {job.object_id: job.state for job in Job.objects.filter(kind=deadlines.CLOCK)}[asked.pk] == "queued"


def test_the_query_and_the_calendar_agree_on_every_day_of_two_years():
    start = datetime(2026, 1, 1).date()
    for day in (start + timedelta(days=n) for n in range(730)):
        for days in deadlines.REMINDERS:
            last = deadlines._asked_by(day, days)
            assert add_working_days(last, days) <= day < add_working_days(last + timedelta(days=1), days)
