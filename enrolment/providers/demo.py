"""DEMO cases: made through the same services as real ones, so that every stage is a true one."""

import copy
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from backoffice.accounts.models import User
from backoffice.jobs import queue, tasks
from backoffice.jobs.models import Job
from backoffice.romania.calendar import today
from workflows import procedures
from workflows.enums import CaseState, Outcome
from workflows.models import Assignment, Case
from workflows.services import filings, issuing, steps, texts
from workflows.services.casefile import CaseFile

CODE = "providers"
APPLICATION = Path(__file__).with_name("demo_application.json")
# What is done with each case; each word is one step through the services.
CASES = (
    ("Cabinet Medical Dr. Georgescu", "CMI", "12345674", ()),
    ("Centrul Medical Delfinul SRL", "POL", "98765438", ("claim",)),
    ("Clinica Farul SRL", "POL", "44332214", ("ask",)),
    ("CMI Dr. Stănescu Mihaela", "CMI", "27182818", ("approve",)),
    ("Laboratorul Tomis SRL", "LAB", "314159267", ("approve", "endorse")),
    ("Cabinet Medical Dr. Ștefan", "CMI", "16180339", ("reject",)),
    ("Policlinica Portului SRL", "POL", "14142135", ("approve", "endorse", "sign", "issue")),
    ("Clinica Tomis Nord SRL", "POL", "15811388", ("approve", "endorse", "sign", "issue")),
    ("CMI Dr. Ionașcu Vlad", "CMI", "17320508", ("reject", "visa", "endorse", "sign", "issue")),
)


def seed(people: Mapping[str, User]) -> int:
    """Cases in every stage, once; how many cases were made now."""
    if Case.objects.filter(procedure=CODE, house__code="CAS-CT").exists():
        return 0
    provider = people["furnizor"]
    for number, (name, form, uic, steps_) in enumerate(CASES):
        content = application(name=name, legal_form=form, uic=fiscal_code(uic), number=number)
        case = _file(provider, content)
        for step in steps_:
            _STEPS[step](case, people)
    content = application(name="CMI Dr. Oltean Ioana", legal_form="CMI", uic=fiscal_code("22360679"), number=20)
    for place in (content["provider"]["headquarters"], content["work_points"][0]["address"]):
        place |= {"county": "CJ", "locality": "Cluj-Napoca"}
    _file(provider, content)
    return len(CASES) + 1 + _about_the_approved(people)


def _about_the_approved(people: Mapping[str, User]) -> int:
    """A change of data, a new key and an end, asked about the first approved case, each filed and waiting; how many."""
    approved = Case.objects.filter(procedure=CODE, house__code="CAS-CT", state=CaseState.APPROVED)
    origin = approved.order_by("pk").first()
    if origin is None:  # its issuing failed, and says so on its page
        return 0
    content = origin.content
    asked: dict[str, dict[str, Any]] = {
        "providers_change": {
            "provider": content["provider"] | {"phone": "0241555777"},
            "declaration": True,
            "privacy_notice": True,
        },
        "providers_key": {"reason": "lost", "explanation": ""},
        "providers_withdrawal": {"ends_on": (today() + timedelta(days=60)).isoformat(), "why": "Cabinetul se închide."},
    }
    for code, answers in asked.items():
        filing = filings.start_online(procedures.get(code), owner=people["furnizor"], about=origin)
        filings.save_draft(filing, content=filing.content | answers)
        filings.submit(filing, by=people["furnizor"], today=today())
    return len(asked)


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


def _file(provider: User, content: dict[str, Any]) -> Case:
    filing = filings.start_online(procedures.get(CODE), owner=provider)
    filings.save_draft(filing, content=content)
    return filings.submit(filing, by=provider, today=today()).cases[0]


def _execute(case: Case, user: User, **answer: Any) -> None:
    task = _claim(case, user)
    steps.execute(task, by=user, answer=steps.Answer(**answer), today=today())
    case.refresh_from_db()


def _claim(case: Case, user: User) -> Any:
    task = Assignment.objects.select_related("task").get(case=case).task
    steps.claim(task, by=user)
    return task


def _sign(case: Case, people: Mapping[str, User]) -> None:
    file = CaseFile.of(case)
    draft = texts.draft(file, Outcome(file.proposal.outcome))
    _execute(case, people["director1"], outcome="agree", text_sha256=draft.sha256)


def _issue(case: Case, people: Mapping[str, User]) -> None:
    """Do the job here and now, as a worker would."""
    job = queue.claim(Job.objects.get(kind=issuing.kind_of(CODE), object_id=case.pk).public_id)
    if job is not None:
        tasks.perform(job)


_STEPS: dict[str, Callable[[Case, Mapping[str, User]], Any]] = {
    "claim": lambda case, people: _claim(case, people["functionar2"]),
    "ask": lambda case, people: _execute(
        case,
        people["functionar1"],
        outcome="completion",
        reasons=("R11",),
        text="Completați numărul autorizației sanitare.",
    ),
    "approve": lambda case, people: _execute(case, people["functionar1"], outcome="approve"),
    "reject": lambda case, people: _execute(
        case,
        people["functionar2"],
        outcome="reject",
        reasons=("R05",),
        text="Autorizația sanitară nu a fost prezentată.",
    ),
    "visa": lambda case, people: _execute(case, people["jurist1"], outcome="agree"),
    "endorse": lambda case, people: _execute(case, people["sef1"], outcome="agree"),
    "sign": _sign,
    "issue": _issue,
}
