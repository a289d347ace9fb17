"""Workers killed in the middle of issuing; afterwards every effect is counted."""

import os

import pytest

from backoffice.jobs.models import Job
from enrolment.providers.models import LicenceKey
from notifications.models import Document, Message
from tests.jobs import test_worker as workers
from tests.world import approved, file_case
from workflows.models import Case, RegistryEntry

house = workers.house
pytestmark = pytest.mark.worker
ROUNDS = 20 if os.environ.get("SCALE") == "campaign" else 1


def balance(cases):
    """Lost, doubled and invented effects over all cases."""
    lost = doubled = 0
    for case in cases:
        for count, wanted in (
            (Document.objects.filter(about=case.public_id, sealed_at__isnull=False).count(), 2),
            (LicenceKey.objects.filter(enrolment__case=case).count(), 1),
            (RegistryEntry.objects.filter(answers=case.entry).count(), 1),
            (Message.objects.filter(about=case.public_id, state="sent").count(), 1),
        ):
            lost += max(0, wanted - count)
            doubled += max(0, count - wanted)
    invented = LicenceKey.objects.exclude(enrolment__case__in=cases).count()
    numbers = sorted(RegistryEntry.objects.values_list("number", flat=True))
    gaps = len(numbers) - len(set(numbers)) + (numbers != list(range(1, len(numbers) + 1)))
    return lost, doubled, invented, gaps


def test_worker_kills(house, goal):
    people, first, environment, faults = house
    cases, killed = [first], 0
    for number in range(len(workers.POINTS) * ROUNDS - 1):
        cases.append(file_case(people.provider, name=f"Cabinet {number}", uic=_uic(number)))
    with workers.mail_server() as (mailbox, url), workers.worker(environment | {"EMAIL_URL": url}):
        for number, case in enumerate(cases):
            point = workers.POINTS[number % len(workers.POINTS)]
            (faults / f"{point}.fired").unlink(missing_ok=True)
            (faults / point).write_text("kill")
            approved(case, people)
            assert workers.wait_for(workers.everything_done)
            killed += (faults / f"{point}.fired").exists()
    lost, doubled, invented, gaps = balance(Case.objects.filter(pk__in=[c.pk for c in cases]))
    goal(
        "worker_kills",
        value=f"{lost} lost, {doubled} doubled, {invented} invented, {gaps} gaps after {killed} kills over "
        f"{len(cases)} cases, {len(mailbox.messages)} mails",
        target="0 lost, doubled, invented, gaps",
        ok=killed == len(cases) == len(mailbox.messages) and not (lost or doubled or invented or gaps),
    )


def _uic(number):
    from enrolment.providers.demo import fiscal_code

    return fiscal_code(f"{2000000 + number}0")


def test_worker_kills_self_test_counts_what_is_missing(committed_people):
    case = file_case(committed_people.provider)
    approved(case, committed_people)
    assert Job.objects.count() == 1
    assert balance(Case.objects.all())[0] == 5
