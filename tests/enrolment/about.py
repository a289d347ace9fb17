"""Ways to bring an enrolment, and requests about it, to where a test begins."""

import copy

from enrolment.providers.models import Enrolment
from tests.conftest import DAY
from tests.world import act, approved, file_case, run_jobs, sign
from workflows import procedures
from workflows.services import filings


def enrolled(people, **changes):
    """The enrolment of an approved case, its act and key issued."""
    case = approved(file_case(people.provider, **changes), people)
    run_jobs()
    return Enrolment.objects.get(case=case)


def ask(enrolment, code, *, by, content=None):
    """File a request about an enrolment online; `content` is laid over what the draft begins with."""
    enrolment.case.refresh_from_db()
    draft = filings.start_online(procedures.get(code), owner=by, about=enrolment.case)
    filings.save_draft(draft, content=draft.content | (content or {}))
    return filings.submit(draft, by=by, today=DAY).cases[0]


def changed(enrolment, **changes):
    """What a form of a change of data holds: as it stands, with a new phone or whatever is said, declared anew."""
    content = copy.deepcopy(enrolment.content)
    content["provider"] |= {"phone": "0241999888"} | changes
    return content | {"declaration": True, "privacy_notice": True}


def grant(case, people, *stages):
    """Propose an approval, pass the stages between, sign, issue."""
    act(case, people.clerk, outcome="approve")
    for person in stages:
        act(case, person, outcome="agree")
    sign(case, people.director)
    run_jobs()
    case.refresh_from_db()
    return case


def refuse(case, people, *stages, reason="E01"):
    """Propose a rejection, pass the stages between, sign, issue."""
    act(case, people.clerk, outcome="reject", reasons=(reason,), text="Nu se poate.")
    for person in stages:
        act(case, person, outcome="agree")
    sign(case, people.director)
    run_jobs()
    case.refresh_from_db()
    return case
