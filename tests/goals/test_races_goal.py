"""Two people at once, many times over, real connections."""

import os
from contextlib import contextmanager

from django.db import transaction
from viewflow.workflow.models import Task

from backoffice.accounts.models import Membership
from backoffice.accounts.services import memberships
from backoffice.audit.models import Event
from backoffice.jobs import queue
from enrolment.providers import licence, services
from enrolment.providers.demo import fiscal_code
from enrolment.providers.models import LicenceKey
from tests.conftest import DAY
from tests.test_races import open_task_row, together
from tests.world import act, application, file_case, open_task, sign
from workflows import procedures
from workflows.engine.lock import By
from workflows.models import Assignment, Case, Decision
from workflows.services import filings, steps
from workflows.services.filings import submit

ROUNDS = 200 if os.environ.get("SCALE") == "campaign" else 30


def one_round(people, number):
    """Two claims at once, then three submits at once: how many effects too many or too few."""
    case = file_case(people.provider, name=f"Cabinet {number}")
    task = open_task(case)
    claims = together(*[lambda u=u: steps.claim(open_task_row(task), by=u) for u in (people.clerk, people.clerk2)])
    holder = open_task(case).owner
    answer = steps.Answer("reject", reasons=("R05",), text="Lipsește.")
    acts = together(*[lambda: steps.execute(open_task_row(task), by=holder, answer=answer, today=DAY)] * 3)
    return (claims.count("ok") != 1) + (acts.count("ok") != 1) + (Decision.objects.filter(case=case).count() != 1)


def claimed(people, number, *parts):
    """A case whose open step the last-named person holds; the parts before are carried out."""
    case = file_case(people.provider, name=f"Cabinet {number}", uic=fiscal_code(f"{3000000 + number}0"))
    for who, outcome in parts[:-1]:
        act(case, who, outcome=outcome)
    steps.claim(open_task(case), by=parts[-1][0])
    return case


def acting(case, user, outcome):
    task = open_task(case)
    answer = steps.Answer(outcome, text="Verificați din nou.")
    return lambda: steps.execute(open_task_row(task), by=user, answer=answer, today=DAY)


def agree_and_return(people, number):
    case = claimed(people, number, (people.clerk, "approve"), (people.head, ""))
    done = together(acting(case, people.head, "agree"), acting(case, people.head, "return"))
    return done.count("ok") == Decision.objects.filter(case=case, stage="endorse").count() == 1


def edit_and_submit(people, number):
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=application(name=f"Cabinet {number}"))
    other = application(name=f"Alt cabinet {number}")
    together(lambda: submit(filing, by=people.provider, today=DAY), lambda: filings.save_draft(filing, content=other))
    filing.refresh_from_db()
    cases = Case.objects.filter(filing=filing)
    return [case.subject_name for case in cases] == [filing.content["provider"]["name"]]


def revoke_and_act(people, number):
    case = claimed(people, number, (people.clerk, ""))
    membership = Membership.objects.get(user=people.clerk)
    done = together(acting(case, people.clerk, "approve"), lambda: memberships.end(membership, by=people.administrator))
    decided = Decision.objects.filter(case=case).count()
    late = [] if decided else together(acting(case, people.clerk, "approve"))
    Membership.objects.filter(pk=membership.pk).update(ends_on=None)  # for the next round
    return "ok" not in late and decided == done.count("ok") - 1


def open_key_twice(people, number):
    case = claimed(people, number, (people.clerk, "approve"), (people.head, "agree"), (people.director, ""))
    sign(case, people.director)
    with transaction.atomic():
        key = services.issue(case, key=licence.generate())
    found = LicenceKey.objects.select_related("enrolment__case__filing", "house").get(pk=key.pk)
    done = together(*[lambda: services.open_once(found, by=people.provider)] * 2)
    return done.count("ok") == Event.objects.filter(code="licence.opened", subject_id=key.pk).count() == 1


def retry_twice(people, number):
    job = queue.enqueue("providers.issue", object_id=10**6 + number, house=people.house.pk)
    queue.fail(queue.claim(job.public_id), code="worker_lost", permanent=True)
    together(*[lambda: queue.retry(job, by=people.head)] * 2)
    return Event.objects.filter(code="job.retried", subject_id=job.pk).count() == 1


PAIRS = [agree_and_return, edit_and_submit, revoke_and_act, open_key_twice, retry_twice]


def test_race_pairs(committed_people, goal):
    wrong = {
        pair.__name__: sum(not pair(committed_people, at * 1000 + n) for n in range(ROUNDS))
        for at, pair in enumerate(PAIRS)
    }
    goal(
        "race_pairs",
        value=f"{sum(wrong.values())} double or half effects in {ROUNDS} rounds each of {', '.join(wrong)}",
        target="0",
        ok=not any(wrong.values()),
    )


def test_race_pairs_self_test_notices_a_retry_that_asks_nothing(committed_people, monkeypatch):
    def careless(job, *, by):
        with transaction.atomic():
            queue.log.record("job.retried", on=job, by=by)

    monkeypatch.setattr(queue, "retry", careless)
    assert not retry_twice(committed_people, 1)


def rounds(people, count):
    return sum(one_round(people, number) for number in range(count))


def test_races(committed_people, goal):
    doubled = rounds(committed_people, ROUNDS)
    goal(
        "races",
        value=f"{doubled} double effects in {ROUNDS} rounds of 2 claims and 3 submits",
        target="0",
        ok=doubled == 0 and Case.objects.count() == ROUNDS,
    )


def test_races_self_test_notices_the_missing_lock(committed_people, monkeypatch):
    """viewflow's default, a transaction without a lock, lets two claims through."""

    @contextmanager
    def unlocked(by, pk):
        with transaction.atomic():
            task = Task.objects.filter(pk=pk).first() if by == By.TASK else None
            yield task.process_id if task else Assignment.objects.get(case=pk).process_id

    monkeypatch.setattr(steps, "locked", unlocked)
    assert rounds(committed_people, 15) > 0
