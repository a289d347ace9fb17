"""Whatever people with every role try, in whatever order, four eyes hold as persons."""

import os
import random
from collections import Counter

from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction

from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from enrolment.providers.models import Enrolment
from tests.conftest import DAY
from tests.enrolment import test_decisions
from tests.world import file_case
from workflows.enums import Outcome
from workflows.errors import Refused
from workflows.models import Case, Decision, Party
from workflows.services import decisions, texts
from workflows.services.casefile import CaseFile

SEQUENCES = 2000 if os.environ.get("SCALE") == "campaign" else 200
SEED = 20261123


def crowd(people):
    """Everybody gets every role, one person gets a second account: only four eyes are left to stop them."""
    second = User.objects.create_user("al.doilea@demo.example.ro", "x", person=people.clerk.person)
    users = [people.clerk, people.clerk2, people.head, people.director, people.provider, second]
    for user in users:
        for role in (Role.CLERK, Role.LEGAL_ADVISER, Role.HEAD, Role.DIRECTOR):
            if not Membership.objects.filter(user=user, role=role, house=people.house).exists():
                memberships.start(user=user, house=people.house, role=role, starts_on=DAY, by=None)
    return users


def attempt(case, user, chance):
    stage = chance.choice(["propose", "visa", "endorse", "sign"])
    outcome = Outcome(chance.choice(["approve", "reject", "return", "approve"]))
    if stage == "propose":
        decisions.propose(
            CaseFile.of(case),
            by=user,
            outcome=outcome,
            reasons=["R05"] if outcome == "reject" else (),
            text="Lipsește.",
        )
    elif stage == "visa":
        decisions.confirm(CaseFile.of(case), "visa", by=user, outcome=outcome, text="x")
    elif stage == "endorse":
        decisions.confirm(CaseFile.of(case), "endorse", by=user, outcome=outcome, text="x")
    else:
        sha = texts.draft(CaseFile.of(case), outcome).sha256 if outcome != "return" else ""
        decisions.sign(CaseFile.of(case), by=user, outcome=outcome, text_sha256=sha, text="x")


def sequence(case, users, chance):
    """A random run on one case, undone afterwards: how many texts passed, and what was violated."""
    with transaction.atomic():
        done = 0
        for _ in range(14):
            try:
                with transaction.atomic():
                    attempt(Case.objects.select_related("house", "entry").get(pk=case.pk), chance.choice(users), chance)
                done += 1
            except (Refused, PermissionDenied, Error, Decision.DoesNotExist, KeyError):
                continue
        found = violations(case)
        transaction.set_rollback(True)
    return done, found


def violations(case):
    made = list(Decision.objects.filter(case=case))
    stages = Counter((d.person_id, d.stage) for d in made)
    persons = Counter(person for person, _stage in stages)
    parties = set(Party.objects.filter(case=case).values_list("person_id", flat=True))
    found = sum(n - 1 for n in persons.values()) + sum(d.person_id in parties for d in made)
    state = Case.objects.get(pk=case.pk).state
    if state == "issuing":
        last = {d.stage: d.outcome for d in made if d.round == max(m.round for m in made)}
        wanted = {"propose", "endorse", "sign"} | ({"visa"} if last.get("propose") == "reject" else set())
        found += set(last) != wanted or len(set(last.values())) != 1
    return found + (Enrolment.objects.filter(case=case).exists() and state != "issuing")


def campaign(people, count):
    chance = random.Random(SEED)
    case, users = file_case(people.provider), crowd(people)
    results = [sequence(case, users, chance) for _ in range(count)]
    return sum(done for done, _ in results), sum(found for _, found in results)


def test_four_eyes(people, goal):
    done, found = campaign(people, SEQUENCES)
    goal(
        "four_eyes",
        value=f"{found} violations in {SEQUENCES} sequences, {done} texts passed, seed {SEED}",
        target="0 violations",
        ok=found == 0 and done > SEQUENCES,
    )


def test_four_eyes_self_test_notices_missing_guards(people, monkeypatch):
    monkeypatch.setattr(CaseFile, "refusal", lambda *args: None)
    with connection.cursor() as cursor:
        cursor.execute("alter table workflows_decision drop constraint four_eyes_one_stage_per_person")
        cursor.execute("drop trigger decision_is_due on workflows_decision")
    assert campaign(people, 40)[1] > 0


def refused(people, case):
    results = {}
    for name, try_it in test_decisions.REFUSED.items():
        with transaction.atomic():
            try:
                with transaction.atomic():
                    try_it(people, case)
                results[name] = False
            except Error:
                results[name] = True
            transaction.set_rollback(True)
    return results


def test_four_eyes_sql(people, case, goal):
    results = refused(people, case)
    goal(
        "four_eyes_sql",
        value=f"{sum(results.values())} of {len(results)} forbidden inserts refused",
        target="all",
        ok=all(results.values()),
    )


def test_four_eyes_sql_self_test_notices_a_missing_trigger(people, case):
    with connection.cursor() as cursor:
        cursor.execute("drop trigger decision_is_due on workflows_decision")
    assert not all(refused(people, case).values())
