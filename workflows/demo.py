"""DEMO cases: made through the same services as real ones, so that every stage is a true one."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from backoffice.accounts.demo import LOGINS, PASSWORD, DemoLogin
from backoffice.accounts.models import House, User
from backoffice.accounts.services import memberships, persons
from backoffice.jobs import queue, tasks
from backoffice.jobs.models import Job
from backoffice.romania.calendar import today
from enrolment.enums import Outcome
from enrolment.models import Case, Filing
from enrolment.services import acts, decisions, filings
from workflows import carrying
from workflows.filing import submit
from workflows.models import Turn

APPLICATION = Path(__file__).with_name("demo_application.json")
CLERK, CLERK_2, JURIST, HEAD, DIRECTOR = (
    f"{name}@demo.example.ro" for name in ("functionar1", "functionar2", "jurist1", "sef1", "director1")
)
# What is done with each case; each word is one step through the services.
CASES = (
    ("Cabinet Medical Dr. Georgescu", "CMI", "12345674", ()),
    ("Centrul Medical Delfinul SRL", "POL", "98765438", ("claim",)),
    ("Clinica Farul SRL", "POL", "44332214", ("ask",)),
    ("CMI Dr. Stănescu Mihaela", "CMI", "27182818", ("approve",)),
    ("Laboratorul Tomis SRL", "LAB", "314159267", ("approve", "endorse")),
    ("Cabinet Medical Dr. Ștefan", "CMI", "16180339", ("reject",)),
    ("Policlinica Portului SRL", "POL", "14142135", ("approve", "endorse", "sign", "issue")),
    ("CMI Dr. Ionașcu Vlad", "CMI", "17320508", ("reject", "visa", "endorse", "sign", "issue")),
)


@transaction.atomic
def people() -> None:
    """The demo accounts, their persons and roles."""
    known = set(User.objects.values_list("email", flat=True))
    password = make_password(PASSWORD)  # hashed once: a dozen slow hashes would only delay the first page
    for login in LOGINS:
        if login.email not in known:
            _account(login, password)


def seed() -> int:
    """People and cases, once; how many cases were made now."""
    people()
    house = House.objects.get(code="CAS-CT")
    if Case.objects.filter(house=house).exists():
        return 0
    provider = User.objects.select_related("person").get(email="furnizor@demo.example.ro")
    for number, (name, form, uic, steps) in enumerate(CASES):
        filing = filings.start_online(owner=provider)
        filings.save_draft(filing, content=application(name=name, legal_form=form, uic=fiscal_code(uic), number=number))
        case = submit(filing, by=provider, today=today()).cases[0]
        for step in steps:
            _STEPS[step](case)
    other = Filing.objects.create(owner=provider, channel="online", content={})
    content = application(name="CMI Dr. Oltean Ioana", legal_form="CMI", uic=fiscal_code("22360679"), number=20)
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ", "locality": "Cluj-Napoca"}
    filings.save_draft(other, content=content)
    submit(other, by=provider, today=today())
    return len(CASES) + 1


def application(*, name: str, legal_form: str, uic: str, number: int = 0) -> dict[str, Any]:
    """A valid application of a synthetic provider in Constanța, with papers that are valid for a year from now."""
    content = copy.deepcopy(json.loads(APPLICATION.read_text(encoding="utf-8")))
    year = today().year
    content["provider"] |= {"name": name, "legal_form": legal_form, "uic": uic}
    cabinet = legal_form in ("CMI", "CMG", "CMA", "SCM", "CMD")
    content["provider"]["cabinet_register_no"] = f"{1000 + number}/CT" if cabinet else ""
    content["provider"]["trade_register_no"] = "" if cabinet else f"J13/{1000 + number}/2020"
    physician = content["physicians"][0]
    physician["stamp_code"] = f"D{1000 + number}"
    physician["annual_endorsement"] = {"valid_from": f"{year - 1}-01-01", "valid_until": f"{year + 1}-12-31"}
    physician["malpractice"]["valid_until"] = f"{year + 1}-12-31"
    content["legal_representative"]["identity_document"]["valid_until"] = f"{year + 4}-12-31"
    return content


def fiscal_code(digits: str) -> str:
    """The digits with the check digit that makes them a fiscal code; synthetic."""
    body = digits[:-1]
    weighted = sum(int(a) * int(b) for a, b in zip(body.zfill(9), "753217532", strict=True))
    return body + str(weighted * 10 % 11 % 10)


def _account(login: DemoLogin, password: str) -> User:
    user = User.objects.create(
        email=login.email,
        password=password,
        person=persons.find_or_create(cnp=login.cnp, last_name=login.last_name, first_name=login.first_name),
    )
    EmailAddress.objects.create(user=user, email=login.email, verified=True, primary=True)
    if login.role:
        house = House.objects.get(code=login.house)
        memberships.start(user=user, house=house, role=login.role, starts_on=date(2026, 1, 1), by=None)
    return user


def _act(case: Case, email: str, **answer: Any) -> None:
    user = User.objects.select_related("person").get(email=email)
    task = Turn.objects.select_related("task").get(case=case).task
    carrying.claim(task, by=user)
    carrying.act(task, by=user, answer=carrying.Answer(**answer), today=today())
    case.refresh_from_db()


def _claim(case: Case) -> None:
    user = User.objects.select_related("person").get(email=CLERK_2)
    carrying.claim(Turn.objects.select_related("task").get(case=case).task, by=user)


def _sign(case: Case) -> None:
    act = acts.draft(case, Outcome(decisions.proposal(case).outcome))
    _act(case, DIRECTOR, outcome="agree", text_sha256=act.sha256)


def _issue(case: Case) -> None:
    """Do the job here and now, as a worker would."""
    job = queue.claim(Job.objects.get(kind="issue", object_id=case.pk).public_id)
    if job is not None:
        tasks.perform(job)


_STEPS = {
    "claim": _claim,
    "ask": lambda case: _act(
        case, CLERK, outcome="completion", reasons=("R11",), text="Completați numărul autorizației sanitare."
    ),
    "approve": lambda case: _act(case, CLERK, outcome="approve"),
    "reject": lambda case: _act(
        case, CLERK_2, outcome="reject", reasons=("R05",), text="Autorizația sanitară nu a fost prezentată."
    ),
    "visa": lambda case: _act(case, JURIST, outcome="agree"),
    "endorse": lambda case: _act(case, HEAD, outcome="agree"),
    "sign": _sign,
    "issue": _issue,
}
