"""DEMO: a complaint that waits for its answer and a decision that was replaced, made through the services."""

from collections.abc import Mapping
from typing import Any

from backoffice.accounts.models import User
from backoffice.jobs import queue, tasks
from backoffice.jobs.models import Job
from backoffice.romania.calendar import today
from notifications.models import Document
from workflows import procedures
from workflows.enums import CaseState, Channel, Outcome
from workflows.models import Assignment, Case
from workflows.services import communication, filings, issuing, steps, texts
from workflows.services.casefile import CaseFile

HOUSE = "CAS-CT"


def seed_complaint(people: Mapping[str, User]) -> int:
    """A complaint about a rejection, once; where there is a rejection to complain of."""
    about = _decided(CaseState.REJECTED)
    if about is None or Case.objects.filter(procedure="complaints").exists():
        return 0
    for document in Document.objects.filter(about=about.public_id, sealed_at__isnull=False):
        communication.read(about, document, by=people["furnizor"])
    filing = filings.start_online(procedures.get("complaints"), owner=people["furnizor"], about=about)
    points = [reason["code"] for reason in filing.content["decision"]["reasons"]] or ["whole"]
    answers = {
        "against": points,
        "grounds": "Autorizația sanitară a fost prezentată la ghișeu, cu adresa de înaintare; o atașăm din nou.",
        "asks": "withdraw",
    }
    filings.save_draft(filing, content=filing.content | answers)
    filings.submit(filing, by=people["furnizor"], today=today())
    return 1


def seed_revocation(people: Mapping[str, User]) -> int:
    """An approval that the house replaces, once: its case is decided anew."""
    about = _decided(CaseState.APPROVED)
    if about is None or Case.objects.filter(procedure="revocations").exists():
        return 0
    content = {
        "channel": "office",
        "received_on": today().isoformat(),
        "signature": "none",
        "cause": "error",
        "explained": "În anexă, adresa unui punct de lucru a fost trecută greșit.",
        "rule": "art. 30 alin. (2) din Legea nr. 95/2006",
        "which": "replace",
    }
    clerk = people["functionar2"]
    filing = filings.start_paper(
        procedures.get("revocations"), house=about.house, channel=Channel.OFFICE, content=content, by=clerk, about=about
    )
    case = filings.submit(filing, by=clerk, today=today()).cases[0]
    _do(case, clerk, outcome="approve", text="Adresa din anexă nu este cea din autorizație.")
    _do(case, people["jurist2"], outcome="agree")
    _do(case, people["sef2"], outcome="agree")
    file = CaseFile.of(case)
    sha256 = texts.draft(file, Outcome(file.proposal.outcome)).sha256
    _do(case, people["director2"], outcome="agree", text_sha256=sha256)
    job = queue.claim(Job.objects.get(kind=issuing.kind_of("revocations"), object_id=case.pk).public_id)
    if job is not None:
        tasks.perform(job)
    return 1


def _decided(state: str) -> Case | None:
    """The newest decided case of the demo's house that began with a request, and about which nothing was asked yet."""
    found = Case.objects.filter(house__code=HOUSE, state=state, about__isnull=True, follow_ups__isnull=True)
    return found.select_related("house", "entry").order_by("pk").last()


def _do(case: Case, user: User, **answer: Any) -> None:
    """Take the open step and carry it out."""
    task = Assignment.objects.select_related("task").get(case=case).task
    steps.claim(task, by=user)
    steps.execute(task, by=user, answer=steps.Answer(**answer), today=today())
    case.refresh_from_db()
