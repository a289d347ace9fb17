"""A web process of the campaign: carries out operations one after the other until it is done or killed.

`python -m tests.campaign.client HISTORY FIRST LAST CASES`: operations FIRST to LAST, every CASES-th a real case.
"""

import sys
import time
import uuid
from pathlib import Path

from tests.jobs.celery_app import app  # noqa: F401  (settings first)

import django  # isort: skip

django.setup()

from django.db import transaction  # noqa: E402

from backoffice.accounts.models import House  # noqa: E402
from backoffice.jobs.faults import InjectedFault, fault  # noqa: E402
from backoffice.jobs.models import OPEN, Job  # noqa: E402
from enrolment.providers.demo import fiscal_code  # noqa: E402
from tests.campaign import work  # noqa: E402
from tests.campaign.history import History  # noqa: E402
from tests.conftest import DAY, _people  # noqa: E402
from tests.world import application, approved  # noqa: E402
from workflows import procedures  # noqa: E402
from workflows.services import filings  # noqa: E402
from workflows.services.filings import submit  # noqa: E402

BACKLOG = 120


def main(path, first, last, cases):
    history, people, house = History(Path(path)), _people(), House.objects.get(code="CAS-CT")
    for number in range(first, last):
        while number % 10 == 0 and Job.objects.filter(state__in=OPEN).count() > BACKLOG:
            time.sleep(0.05)
        op = str(uuid.uuid4())
        if cases and number % cases == 0:
            carry_out(history, op, "case", lambda o=op, n=number: real_case(o, n, people), number=number)
        else:
            carry_out(history, op, "job", lambda o=op, n=number: cheap(o, n, house), number=number)


def carry_out(history, op, what, call, **facts):
    history.write("invoke", op, what, **facts)
    try:
        call()
    except InjectedFault:
        history.write("fail", op, what)
    else:
        history.write("ok", op, what)


def cheap(op, number, house):
    with transaction.atomic():
        work.order(op, house=house, mail=number % 10 == 0)
        fault("ordered")


def real_case(op, number, people):
    """From filing to signature, through the services that the pages use."""
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=application(name=f"Cabinet {op}", uic=fiscal_code(f"{2000000 + number}0")))
    with transaction.atomic():
        case = submit(filing, by=people.provider, today=DAY).cases[0]
        fault("submitted")
    approved(case, people)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
