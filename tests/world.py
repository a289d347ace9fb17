"""Ways to bring a case to a stage, through the services a page would use."""

import os
import time

from allauth.account.internal.flows import login

from backoffice.jobs import queue, tasks
from backoffice.jobs.models import Job
from enrolment.providers import demo
from workflows import procedures
from workflows.models import Assignment, Case
from workflows.services import filings, steps, texts
from workflows.services.casefile import CaseFile
from workflows.services.filings import submit

UICS = ["12345674", "98765438", "44332214", "27182818", "314159267"]


def broker_number(first):
    """A broker database that no other test process listens to."""
    return first + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4


def application(**changes):
    """A valid application for Constanța; `changes` replace provider fields."""
    name = changes.pop("name", "Cabinet Medical Dr. Țuțea")
    uic = changes.pop("uic", UICS[0])
    return demo.application(name=name, legal_form="CMI", uic=uic, number=changes.pop("number", 0))


def file_case(owner, *, content=None, today=None, **changes) -> Case:
    """File online as `owner`; the first case that it makes."""
    from tests.conftest import DAY

    filing = filings.start_online(procedures.get("providers"), owner=owner)
    filings.save_draft(filing, content=content or application(**changes))
    return submit(filing, by=owner, today=today or DAY).cases[0]


def open_task(case):
    """The task row of the case's open step."""
    return Assignment.objects.select_related("task").get(case=case).task


def act(case, user, **answer) -> Case:
    """Take the open step as `user` and carry it out."""
    from tests.conftest import DAY

    task = open_task(case)
    if task.owner_id != user.pk:
        steps.claim(task, by=user)
    steps.execute(task, by=user, answer=steps.Answer(**answer), today=DAY)
    case.refresh_from_db()
    return case


def sign(case, user) -> Case:
    """Sign the act as it stands."""
    draft = texts.draft(CaseFile.of(case), CaseFile.of(case).proposal.outcome)
    return act(case, user, outcome="agree", text_sha256=draft.sha256)


def approved(case, people) -> Case:
    """Propose, endorse and sign an approval; the job is waiting."""
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    return sign(case, people.director)


def rejected(case, people, reasons=("R05",)) -> Case:
    """Propose a rejection, visa, endorse, sign; the job is waiting."""
    act(case, people.clerk, outcome="reject", reasons=reasons, text="Lipsește autorizația.")
    act(case, people.jurist, outcome="agree")
    act(case, people.head, outcome="agree")
    return sign(case, people.director)


def run_jobs(kind=None) -> int:
    """Do every due job here and now, as a worker would; how many were done."""
    done = 0
    while waiting := [j for j in Job.objects.filter(state="queued").order_by("pk") if kind in (None, j.kind)]:
        claimed = [job for job in (queue.claim(job.public_id) for job in waiting) if job]
        if not claimed:
            break
        for job in claimed:
            tasks.perform(job)
        done += len(claimed)
    return done


def step_up(client) -> None:
    """As if the person had just typed their password again."""
    session = client.session
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time(), "email": "x@example.ro", "reauthenticated": True}
    ]
    session.save()
