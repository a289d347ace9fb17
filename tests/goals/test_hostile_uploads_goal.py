"""Hostile files are refused, honest ones accepted, and nothing that is served can run."""

import os
import random

from django.urls import reverse

from tests.attachments.corpus import corpus
from tests.attachments.sending import send
from tests.world import run_jobs
from workflows import procedures
from workflows.attachments import services
from workflows.attachments.inspection import pdfs
from workflows.attachments.inspection.judge import judge
from workflows.attachments.inspection.runner import inspect
from workflows.attachments.models import Attachment, AttachmentState
from workflows.services import filings

FILES = corpus()
HOSTILE = {name: data for name, (data, expected) in FILES.items() if expected}
# What may be judged in this process: the others fill the memory of whoever is not confined.
LIGHT = {name: data for name, data in HOSTILE.items() if "too_heavy" not in FILES[name][1]}
HONEST = {name: data for name, (data, expected) in FILES.items() if not expected}
BROKEN = 2_000 if os.environ.get("SCALE") == "campaign" else 20
INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def refused(files, judged):
    """How many of these files are refused for the reason that the corpus names."""
    return sum(judged(data).reason in FILES[name][1].split("|") for name, data in files.items())


def as_a_person(people, client, monkeypatch):
    """Every file of the corpus sent through the page and inspected by the job: the names that became clean."""
    monkeypatch.setattr(services, "MAX_FILING_BYTES", 10**9)
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    for number, (name, (data, _expected)) in enumerate(FILES.items()):
        if number % 15 == 0:
            filing = filings.start_online(procedures.get("providers"), owner=people.provider)
        send(client, "filing", filing.public_id, data, "malpractice_policy", f"{name}.html")
    run_jobs("inspect")
    return {file.name.removesuffix(".html") for file in Attachment.objects.filter(state=AttachmentState.CLEAN)}


def served(client):
    """Every address of every file: how many answered, and how many of those could run in a browser."""
    answered = executable = 0
    for file in Attachment.objects.select_related("filing"):
        place = [file.filing.public_id, file.public_id]
        for number in range(file.pages + 2):
            executable += runs(client.get(reverse("workflows:filing_scan_page", args=[*place, number])), "image/webp")
        original = client.get(reverse("workflows:filing_scan_original", args=place))
        answered += original.status_code == 200
        executable += runs(original, None)
    return answered, executable


def runs(answer, only_type):
    """An answer that a browser might act on: shown instead of kept, or not sealed off."""
    if answer.status_code == 404:
        return False
    if only_type is None:
        wrong = not answer["Content-Disposition"].startswith("attachment")
        wrong |= answer["Content-Type"] not in ("application/pdf", "image/png", "image/jpeg")
    else:
        wrong = answer["Content-Type"] != only_type or answer.content[:4] != b"RIFF"
    return wrong or any(answer[header] != value for header, value in INERT.items())


def mutants(count):
    """Files of the corpus with some bytes changed: how many got no verdict."""
    chance, names, lost = random.Random(20261123), sorted(FILES), 0
    for _ in range(count):
        data = bytearray(FILES[chance.choice(names)][0] or b"x")
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        verdict = inspect(bytes(data))
        lost += bool(verdict.reason) == bool(verdict.pages)
    return lost


def test_hostile_uploads(people, browse, monkeypatch, goal):
    client = browse(people.provider)
    clean = as_a_person(people, client, monkeypatch)
    reasons = refused(HOSTILE, inspect)
    shown, executable = served(client)
    waiting = Attachment.objects.filter(state=AttachmentState.QUARANTINE).count()
    lost = mutants(BROKEN)
    kept_out = len(HOSTILE) - len(clean & set(HOSTILE))
    goal(
        "hostile_uploads",
        value=f"{kept_out} of {len(HOSTILE)} hostile refused ({reasons} for the right reason), "
        f"{len(clean & set(HONEST))} of {len(HONEST)} honest accepted, "
        f"{executable} of {shown} served originals and their pages executable, {waiting} of "
        f"{Attachment.objects.count()} stuck, {lost} of {BROKEN} mutants without verdict",
        target="all refused, all accepted, 0 executable, 0 stuck, 0 without verdict; 40 hostile or more",
        ok=kept_out == reasons == len(HOSTILE) >= 40
        and clean == set(HONEST)
        and shown == len(HONEST)
        and executable == waiting == lost == 0,
    )


def test_hostile_uploads_self_test_notices_a_missing_name(monkeypatch):
    monkeypatch.delitem(pdfs.ACTIVE, "/Launch")
    assert refused(LIGHT, judge) < len(LIGHT)


def test_hostile_uploads_self_test_notices_a_missing_check(monkeypatch):
    monkeypatch.setattr("workflows.attachments.inspection.judge.refuse_second_nature", lambda data: None)
    assert refused(LIGHT, judge) < len(LIGHT)


def test_hostile_uploads_self_test_notices_what_is_shown_raw(people, browse, monkeypatch):
    monkeypatch.setattr("workflows.views.attachments.content_disposition_header", lambda *args: "inline")
    client = browse(people.provider)
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    send(client, "filing", filing.public_id, HONEST["pdf"])
    run_jobs("inspect")
    assert served(client) == (1, 1)
