"""G12: two people at once, many times over, real connections."""

import os

from django.db import transaction

from enrolment.models import Case, Decision
from tests.conftest import DAY
from tests.test_races import open_task_row, together
from tests.world import file_case, open_task
from workflows import carrying
from workflows.flows import EnrolmentFlow

ROUNDS = 200 if os.environ.get("SCALE") == "campaign" else 30


def one_round(people, number):
    """Two claims at once, then three submits at once: how many effects too many or too few."""
    case = file_case(people.provider, name=f"Cabinet {number}")
    task = open_task(case)
    claims = together(*[lambda u=u: carrying.claim(open_task_row(task), by=u) for u in (people.clerk, people.clerk2)])
    holder = open_task(case).owner
    answer = carrying.Answer("reject", reasons=("R05",))
    acts = together(*[lambda: carrying.act(open_task_row(task), by=holder, answer=answer, today=DAY)] * 3)
    return (claims.count("ok") != 1) + (acts.count("ok") != 1) + (Decision.objects.filter(case=case).count() != 1)


def rounds(people, count):
    return sum(one_round(people, number) for number in range(count))


def test_races(committed_people, goal):
    doubled = rounds(committed_people, ROUNDS)
    goal(
        "G12-races",
        value=f"{doubled} double effects in {ROUNDS} rounds of 2 claims and 3 submits",
        target="0",
        ok=doubled == 0 and Case.objects.count() == ROUNDS,
    )


def test_races_self_test_notices_the_missing_lock(committed_people, monkeypatch):
    """viewflow's default, a transaction without a lock, lets two claims through (engine.md 3)."""
    monkeypatch.setattr(EnrolmentFlow, "lock", classmethod(lambda cls, pk: transaction.atomic()))
    assert rounds(committed_people, 15) > 0
