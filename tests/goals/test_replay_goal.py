"""What was accepted once is accepted never again: steps, completions, filings, keys, forms of another session."""

import os
import re

from django.test import Client
from django.urls import reverse

from backoffice.audit.models import Event
from backoffice.jobs.models import Job
from enrolment.providers.models import LicenceKey
from tests.workflows.test_views import paper_data
from tests.world import act, application, approved, file_case, open_task, run_jobs, step_up
from workflows import procedures
from workflows.models import Case, CompletionRequest, Decision
from workflows.services import filings, steps

TIMES = 2_000 if os.environ.get("SCALE") == "campaign" else 200


def state():
    """Everything that an accepted replay would change."""
    return (
        Case.objects.count(),
        sorted(Case.objects.values_list("pk", "state", "version", "round")),
        Decision.objects.count(),
        CompletionRequest.objects.filter(answered_at__isnull=False).count(),
        LicenceKey.objects.filter(opened_at__isnull=False).count(),
        Job.objects.count(),
        Event.objects.exclude(code__startswith="security.").count(),  # a refusal is written, and is no effect
    )


def replays(people, browse):
    """Requests that were accepted a moment ago, each as a call that sends the very same again."""
    clerk, provider = browse(people.clerk), browse(people.provider)
    draft = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(draft, content=application())
    filing = reverse("workflows:file_review", args=[draft.public_id])
    assert provider.post(filing).status_code == 302
    case = Case.objects.get()
    first = open_task(case)
    steps.claim(first, by=people.clerk)
    step = reverse("workflows:execute", args=[first.pk])
    asking = {"outcome": "completion", "completion_reasons": ["R11"], "text": "Lămuriți."}
    assert clerk.post(step, asking).status_code == 302
    completion = reverse("workflows:completion", args=[case.public_id])
    answered = paper_data(case.content)
    assert provider.post(completion, answered).status_code == 302
    issued = file_case(people.provider, name="Alt cabinet", uic="98765438")
    approved(issued, people)
    run_jobs()
    key = reverse("providers:key", args=[issued.public_id])
    assert provider.post(key).status_code == 200
    return {
        "filing": lambda: provider.post(filing),
        "step": lambda: clerk.post(step, asking),
        "completion": lambda: provider.post(completion, answered),
        "key": lambda: provider.post(key),
        "form of another session": foreign_form(people),
    }


def foreign_form(people):
    """A form whose token was made for another session, sent in a session that may do what it asks."""
    draft = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(draft, content=application(name="Al treilea", uic="44332214"))
    url = reverse("workflows:file_review", args=[draft.public_id])

    def client():
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(people.provider)
        step_up(strict)
        return strict

    page = client().get(url).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    other = client()
    other.get(url)
    return lambda: other.post(url, {"csrfmiddlewaretoken": token})


def test_replay(people, browse, goal):
    calls = replays(people, browse)
    before, errors = state(), 0
    for call in calls.values():
        for _ in range(TIMES):
            errors += call().status_code >= 500
    sent = TIMES * len(calls)
    accepted = sum(a != b for a, b in zip(before, state(), strict=True))
    goal(
        "replay",
        value=f"{accepted} kinds of effect accepted, {errors} answers 5xx, of {sent} replays: {', '.join(calls)}",
        target="0",
        ok=accepted == 0 and errors == 0 and sent >= 1000,
    )


def test_replay_self_test_sees_an_accepted_one(people, browse):
    case = file_case(people.provider)
    before = state()
    act(case, people.clerk, outcome="approve")
    assert state() != before
