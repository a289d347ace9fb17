"""Every act of the product, once, in an order in which each is possible: names with functions that can be tried twice.

An act looks its rows up anew each time, so that one try may fail and the next succeed.
"""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from unittest import mock

import time_machine
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from PIL import Image

from backoffice.accounts import tenant
from backoffice.accounts.models import ENTERED, Membership, User
from backoffice.accounts.roles import Role
from backoffice.accounts.services import houses, identities, memberships
from backoffice.isolation import context, roles
from backoffice.jobs import queue
from backoffice.jobs.models import Job
from backoffice.romania.calendar import add_working_days, today
from enrolment.providers import services
from enrolment.providers.models import LicenceKey
from notifications.models import Document, Message
from notifications.services import messages
from tests.conftest import DAY
from tests.enrolment.test_complaints import complain
from tests.enrolment.test_revocations import begin
from tests.world import UICS, act, application, open_task, run_jobs, sign, step_up
from workflows import deadlines, intake, notice, procedures
from workflows.attachments import services as attachments
from workflows.attachments.models import Attachment
from workflows.models import Case, Communication, Delivery, Filing
from workflows.services import closing, communication, deliveries, filings, steps, terms
from workflows.services.filings import submit

LINES = Path(__file__).parents[1] / "enrolment" / "data" / "applications" / "applications.jsonl"


def acts(people):
    """(name, act) in order."""
    yield from _account(people)
    yield from _house(people)
    yield from _approval(people)
    yield from _rejection(people)
    yield from _completions(people)
    yield from _ends(people)
    yield from _paper(people)
    yield from _about_the_enrolment(people)
    yield from _scans(people)
    yield from _withdrawals(people)
    yield from _work_that_stops(people)
    yield from _refusals(people)


def _account(people):
    newcomer = User.objects.create(email="nou@example.ro", password="x")  # noqa: S106
    yield (
        "identify",
        lambda: identities.identify(newcomer, last_name="Nou", first_name="Ion", cnp="2811103409027", today=today()),
    )
    newcomer.refresh_from_db()
    role = {"user": newcomer, "house": people.house, "role": Role.CLERK, "starts_on": today()}
    yield "give a role", lambda: memberships.start(**role, by=people.administrator)
    yield (
        "end a role",
        lambda: memberships.end(Membership.objects.get(user=newcomer), by=people.administrator),
    )


def _draft(people, number):
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=application(name=f"Cabinet {number}", uic=UICS[number], number=number))
    return filing.pk


def _case(filing):
    return Case.objects.select_related("house", "filing", "entry").get(filing=filing)


def _submit(people, filing):
    return lambda: submit(Filing.objects.get(pk=filing), by=people.provider, today=DAY)


def _do(filing, user, **answer):
    """Carry out the open step, taken already."""
    return lambda: act(_case(filing), user, **answer)


def _take(filing, user):
    return lambda: steps.claim(open_task(_case(filing)), by=user)


def _documents(filing):
    return Document.objects.filter(about=_case(filing).public_id)


def _key(filing):
    return LicenceKey.objects.select_related("enrolment__case__filing", "house").get(enrolment__case__filing=filing)


def _work(kind):
    def run():
        Job.objects.filter(state="queued").update(due_at=Now() - timedelta(seconds=1))
        run_jobs(kind)

    return run


def _approval(people):
    filing = _draft(people, 0)
    yield "submit", _submit(people, filing)
    yield "take", _take(filing, people.clerk)
    yield "give back", lambda: steps.release(open_task(_case(filing)), by=people.clerk)
    yield "give to a colleague", lambda: steps.reassign(open_task(_case(filing)), to=people.clerk2, by=people.head)
    yield "propose", _do(filing, people.clerk2, outcome="approve")
    yield "take to endorse", _take(filing, people.head)
    yield "return", _do(filing, people.head, outcome="return", text="De verificat.")
    yield "propose again", _do(filing, people.clerk2, outcome="approve")
    yield "endorse", _do(filing, people.head, outcome="agree")
    yield "take to sign", _take(filing, people.director)
    yield "sign", lambda: sign(_case(filing), people.director)
    yield "issue", _work("providers.issue")
    yield "mail", _work("mail")
    yield (
        "read the decision",
        lambda: communication.read(
            _case(filing), _documents(filing).get(kind="providers.approval"), by=people.provider
        ),
    )
    yield "open the key", lambda: services.open_once(_key(filing), by=people.provider)


def _house(people):
    entered = {name: getattr(people.house, name) for name in ENTERED} | {"street": "Bd. Tomis nr. 1"}

    def enter():
        with context.tenant_transaction(roles.WEB):
            tenant.enter_account(people.administrator.pk)
            houses.enter(people.house, entered, by=people.administrator)

    yield "enter the data of the house", enter


def _rejection(people):
    filing = _draft(people, 1)
    yield "submit another", _submit(people, filing)
    for name, user, answer in (
        ("propose a rejection", people.clerk, {"outcome": "reject", "reasons": ("R05",), "text": "Lipsește."}),
        ("visa", people.jurist, {"outcome": "agree"}),
        ("endorse the rejection", people.head, {"outcome": "agree"}),
    ):
        yield f"take to {name}", _take(filing, user)
        yield name, _do(filing, user, **answer)
    yield "take to sign the rejection", _take(filing, people.director)
    yield "sign the rejection", lambda: sign(_case(filing), people.director)
    yield "issue the rejection", _work("providers.issue")


def _completions(people):
    for number, end in ((2, "complete"), (3, "lapse")):
        filing = _draft(people, number)
        yield f"submit to {end}", _submit(people, filing)
        yield f"take to {end}", _take(filing, people.clerk)
        yield (
            f"ask, to {end}",
            _do(filing, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți."),
        )
        case = _case(filing)
        if end == "complete":
            yield (
                end,
                lambda case=case: steps.complete(
                    Case.objects.get(pk=case.pk), by=people.provider, content=case.content, today=DAY
                ),
            )
        else:
            day = add_working_days(case.completion_requests.get().due_on, 1)
            deadlines.enqueue_due(day)  # writes a job; the act is what the worker does
            yield end, lambda day=day: _clock(day)


def _ends(people):
    """A longer term, and the three ends without a decision."""
    first, later = _draft(people, 3), _draft(people, 3)
    yield "submit what is extended", _submit(people, first)
    yield "submit what is joined", _submit(people, later)
    asked = {"days": 15, "reason": "research", "text": "Verificăm la colegiu.", "today": DAY}
    yield "extend the term", lambda: terms.extend(_case(first), by=people.director, **asked)
    into = str(_case(first).public_id)
    yield "join", lambda: closing.join(_case(later), into=into, by=people.head)
    why = {"reason": "without_object", "text": "Nu mai există."}
    yield "close", lambda: closing.close(_case(first), by=people.head, **why)
    withdrawn = _draft(people, 3)
    yield "submit what is withdrawn", _submit(people, withdrawn)
    yield "withdraw", lambda: closing.withdraw(_case(withdrawn), by=people.provider)


def _clock(day):
    """What a worker does on that day with the jobs of the clock."""
    with time_machine.travel(f"{day}T09:00:00+00:00"):
        _work("completion_clock")()


def _scans(people):
    """Files attached to a draft, judged, taken out, and downloaded by the house."""
    filing = Filing.objects.get(pk=_draft(people, 0))
    picture = BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "JPEG")

    def add(data):
        given = {"kind": "identity_document", "name": "act.jpg"}
        return lambda: attachments.add(filing, by=people.provider, data=data, **given)

    yield "attach", add(picture.getvalue())
    yield "inspect", _work("inspect")
    yield "attach what is broken", add(picture.getvalue()[:60])
    yield "refuse", _work("inspect")
    first = Attachment.objects.filter(filing=filing).order_by("pk").first()
    yield "hand out", lambda: attachments.download(first, by=people.clerk, house=people.house)
    yield "take out", lambda: attachments.remove(first, by=people.provider)


def _paper(people):
    line = json.loads(LINES.read_text(encoding="utf-8").splitlines()[3])
    line["house"] = "CAS-BV" if line["house"] != "CAS-BV" else "CAS-CT"
    yield "redirect", _load(line)
    filing = filings.start_paper(
        procedures.get("providers"), house=people.house, channel="counter", reference="P-1", content={}, by=people.clerk
    )
    content = application(name="Cabinet pe hârtie", uic=UICS[4], number=4)
    content |= {"channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten", "ref": "P-1"}
    filings.save_paper(filing, content=content, as_written=())
    yield "key in", lambda: submit(Filing.objects.get(pk=filing.pk), by=people.clerk, today=DAY)
    nameless = json.loads(LINES.read_text(encoding="utf-8").splitlines()[0])
    for physician in nameless["physicians"]:
        physician.pop("cnp")
    nameless["missing_on_paper"] = [f"physicians[{n}].cnp" for n in range(len(nameless["physicians"]))]
    yield "key in people without a code", _load(nameless)
    with mock.patch.object(notice, "houses", return_value=[people.house]):
        notice.enqueue_due(DAY)
    yield "publish the privacy notice", _work(notice.PUBLISH)
    act(_case(filing), people.clerk, outcome="approve")
    act(_case(filing), people.head, outcome="agree")
    sign(_case(filing), people.director)
    _work("providers.issue")()
    yield from _communicated(_case(filing), people)
    yield "hand over the key", lambda: services.hand_over(_key(filing.pk), by=people.clerk)


def _load(line):
    return lambda: intake.load_line(procedures.get("providers"), json.dumps(line), today=DAY)


def _communicated(case, people):
    """The number by letter, then the decision: handed over, taken back, posted."""
    yield "write a letter", _work("workflows.letter")
    decision = Delivery.objects.get(case=case, document__kind="providers.approval")
    to = "reprezentantului legal"
    yield "hand over", lambda: deliveries.handed_over(decision, by=people.clerk, day=DAY, to=to, today=DAY)
    fact = Communication.objects.filter(channel="handed_over", cancels=None)
    yield "take a fact back", lambda: deliveries.cancel(fact.get(), by=people.clerk, why="greșit", today=DAY)
    yield "post", lambda: deliveries.posted(decision, by=people.clerk, day=DAY, confirmation="RO1", today=DAY)


def _about_the_enrolment(people):
    """A change of data, a new key, the end: of the enrolment that was asked for on paper."""
    origin = Case.objects.get(filing__reference="P-1")
    enrolment = origin.enrolments.get()
    content = enrolment.content | {"declaration": True, "privacy_notice": True}
    asked = {
        "providers_change": content | {"provider": content["provider"] | {"phone": "0241999888"}},
        "providers_key": {"reason": "compromised", "explanation": ""},
        "providers_withdrawal": {"ends_on": DAY.isoformat(), "why": ""},
    }
    frame = {"channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten"}
    for code, answers in asked.items():
        filing = filings.start_paper(
            procedures.get(code),
            house=people.house,
            channel="counter",
            content=answers | frame,
            by=people.clerk,
            about=origin,
        )
        yield f"file {code}", lambda filing=filing: submit(filing, by=people.clerk, today=DAY)
        case = _case(filing)
        act(case, people.clerk, outcome="approve")
        if "endorse" in [stage["code"] for stage in case.stages]:
            act(case, people.head, outcome="agree")
        sign(case, people.director)
        yield f"issue {code}", _work(f"{code}.issue")


def _withdrawals(people):
    """A decision is withdrawn for good, and that withdrawal too."""
    about = Case.objects.filter(state="rejected", procedure="providers").first()
    withdrawal = begin(about, people.clerk2, which="withdraw")
    _to_signature(withdrawal, people.clerk2, people.jurist, people.head, people.director)
    yield "withdraw a decision", _work("revocations.issue")
    withdrawal.refresh_from_db()
    complaint = complain(withdrawal, people.provider, against=["whole"])
    jurist2, head2 = (User.objects.get(email=f"{name}@demo.example.ro") for name in ("jurist2", "sef2"))
    _to_signature(complaint, people.clerk, jurist2, head2, people.director)
    yield "take a withdrawal back", _work("complaints.issue")


def _to_signature(case, clerk, jurist, head, director):
    act(case, clerk, outcome="approve", text="Verificat.")
    act(case, jurist, outcome="agree")
    act(case, head, outcome="agree")
    sign(case, director)


def _work_that_stops(people):
    messages.send(
        "decision_ready",
        about=Case.objects.first().public_id,
        house=people.house,
        address="x@example.ro",
        dedupe_key="stops",
    )
    job = Job.objects.get(kind="mail", object_id=Message.objects.get(dedupe_key="stops").pk)
    queue.claim(job.public_id)
    yield "park", lambda: queue.fail(Job.objects.get(pk=job.pk), code="mail_refused", permanent=True)
    yield "try again", lambda: queue.retry(Job.objects.get(pk=job.pk), by=people.head)


def _refusals(people):
    typed = {"login": people.clerk.email, "password": "gresita-parola-1"}
    yield "log in wrongly", lambda: Client().post(reverse("account_login"), typed)
    visitor = Client()
    visitor.force_login(people.clerk)
    step_up(visitor)
    yield "ask for a page of another role", lambda: visitor.get(reverse("accounts:people"))
