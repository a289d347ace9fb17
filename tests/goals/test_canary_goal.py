"""The whole product driven once with canary values; afterwards none is where it must not be."""

import base64
import io
import json
import logging
import os
import re
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, contextmanager
from datetime import date
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import User
from backoffice.audit import log
from backoffice.celery import app
from backoffice.crypto import keys
from backoffice.http.logs import JsonFormatter
from backoffice.romania import identifiers
from notifications.models import Document
from tests import world
from tests.goals import canary
from tests.jobs import test_worker as workers
from tests.workflows.test_intake import FILE as PAPER
from workflows import procedures
from workflows.models import Case
from workflows.services import filings
from workflows.services.casefile import CaseFile

house = workers.house
pytestmark = [
    pytest.mark.worker,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="reads the engines' own files"),
]
SURNAME, NAME = "Zvarqulescu", "Qwintilia"


def cnp(serial):
    """A CNP of the synthetic serials that occurs nowhere else."""
    return next(
        number
        for digit in "0123456789"
        if identifiers.cnp_problem(number := f"299010151{serial}{digit}", today=date(2026, 11, 23)) is None
    )


VALUES = {
    "CNP of the applicant": cnp(973),
    "CNP of a physician": cnp(974),
    "CNP on a bad line": cnp(975),
    "surname": SURNAME,
    "first name": NAME,
    "e-mail local part": "zvarq.canar7",
    "e-mail of the provider": "cabinet.qx91",
    "street": "Strada Kvarkzeilor",
    "identity document": "739164",
    "phone": "0749913377",
    "password": "parola-kvarq-8841",
    "second factor": "KVARQ2ZEILOR7CAN",
    "free text of a decision": "textul kvarqian al deciziei",
    "free text of a completion": "completați zeilorul",
    "search": "cautare-kvarqiana",
    "paper note": "hartie kvarqiana 77",
}


class Drive:
    """One pass through the product; keeps what it answered and wrote."""

    def __init__(self):
        self.values = dict(VALUES)
        self.addresses = []
        self.log = io.StringIO()

    @contextmanager
    def logging(self):
        """This process logs as a web process in production does."""
        handler = logging.StreamHandler(self.log)
        handler.setFormatter(JsonFormatter())
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)

    def ask(self, client, method, url, data=None):
        response = getattr(client, method)(url, data or {})
        self.addresses.append(canary.addresses(response))
        return response


def drive(run: Drive, people):
    """Account, identity, filing, errors, decision; the worker has a signed case and a question to send."""
    client = Client(raise_request_exception=False)
    address = f"{VALUES['e-mail local part']}@example.ro"
    password = VALUES["password"]
    run.ask(client, "post", reverse("account_signup"), {"email": address, "password1": password, "password2": password})
    link = re.search(r"https?://[^/]+(/cont/confirm-email/\S+)", mail.outbox[-1].body)[1]
    run.ask(client, "post", link)
    run.ask(client, "post", reverse("account_login"), {"login": address, "password": password + "x"})
    run.ask(client, "post", reverse("account_login"), {"login": address, "password": password})
    user = User.objects.get(email=address)
    bad = {"last_name": SURNAME, "first_name": NAME, "cnp": VALUES["CNP on a bad line"][:-1]}
    assert run.ask(client, "post", reverse("accounts:identity"), bad).status_code == 422
    said = bad | {"cnp": VALUES["CNP of the applicant"]}
    assert run.ask(client, "post", reverse("accounts:identity"), said).status_code == 302
    user.refresh_from_db()
    run.values["session key"] = client.session.session_key
    errors(run, client, address)
    cases = [file(run, client, user, number) for number in range(2)]
    TOTP.activate(user, VALUES["second factor"])
    client.force_login(user)  # another factor ends the sessions from before
    decide(run, people, *cases)
    return user, client, cases[0]


def errors(run, client, address):
    """What goes wrong repeats what was typed: bad input, a raising view, a constraint that refuses the row."""
    run.ask(client, "get", reverse("notifications:verify_any"), {"cod": VALUES["search"]})
    run.ask(client, "get", reverse("workflows:file") + VALUES["search"])
    run.ask(client, "post", reverse("accounts:choose_house"), {"house": VALUES["search"]})

    def broken(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into accounts_user (email, password, is_active, date_joined, language) "
                "values (%s, %s, true, now(), 'ro')",
                [address, VALUES["password"]],
            )

    for failure in (ValueError(VALUES["CNP of the applicant"]), broken):
        with patch("workflows.views.applicant.get_own_case_or_404", side_effect=failure):
            page = reverse("workflows:my_case", args=["0b0e0a62-8f0e-4c5c-9b0a-6f1f5f0a7c11"])
            assert run.ask(client, "get", page, {"q": VALUES["search"]}).status_code == 500


def file(run, client, user, number):
    """File online; what is typed holds every canary of a form."""
    content = world.application(uic=world.UICS[number + 1])  # the first is taken by the fixture
    content["provider"] |= {"phone": VALUES["phone"], "email": f"{VALUES['e-mail of the provider']}@example.ro"}
    content["provider"]["headquarters"]["street"] = VALUES["street"]
    content["legal_representative"] |= {"last_name": SURNAME, "first_name": NAME, "cnp": VALUES["CNP of the applicant"]}
    content["legal_representative"]["identity_document"]["number"] = VALUES["identity document"]
    content["physicians"][0] |= {"last_name": SURNAME, "first_name": NAME, "cnp": VALUES["CNP of a physician"]}
    content["physicians"][0]["malpractice"]["valid_until"] = "2020-01-01"  # a finding that names her
    draft = filings.start_online(procedures.get("providers"), owner=user)
    filings.save_draft(draft, content=content)
    for page in ("file_review", "file_review", "file_receipt"):
        run.ask(
            client, "post" if page == "file_review" else "get", reverse(f"workflows:{page}", args=[draft.public_id])
        )
    return Case.objects.get(filing=draft)


def decide(run, people, approved, asked):
    def step(case, user, **answer):
        client = Client()
        client.force_login(user)
        world.step_up(client)
        task = world.open_task(case)
        if task.owner_id is None:
            run.ask(client, "post", reverse("workflows:claim", args=[task.pk]))
        run.ask(client, "get", reverse("workflows:case", args=[case.public_id]))
        acted = run.ask(client, "post", reverse("workflows:execute", args=[task.pk]), answer)
        assert acted.status_code == 302, acted.context.get("refused")
        case.refresh_from_db()

    text = VALUES["free text of a decision"]
    step(approved, people.clerk, outcome="approve", text=text)
    step(approved, people.head, outcome="return", text=text)
    step(approved, people.clerk, outcome="approve", text=text)
    step(approved, people.head, outcome="agree", text=text)
    from workflows.services import texts

    step(approved, people.director, outcome="agree", text_sha256=texts.draft(CaseFile.of(approved), "approve").sha256)
    step(
        asked, people.clerk, outcome="completion", completion_reasons=["R11"], text=VALUES["free text of a completion"]
    )


def read(run, user, client, case):
    """The applicant reads the act and opens the key; anybody checks the act; paper comes in with a bad line."""
    world.step_up(client)
    act = Document.objects.get(about=case.public_id, kind="providers.approval")
    run.ask(client, "get", reverse("workflows:my_case", args=[case.public_id]))
    opened = run.ask(client, "post", reverse("providers:key", args=[case.public_id]))
    run.values["licence key"] = re.search(r"[A-Z]{2}\d{3}(-[A-Z]\d{3}){3}", opened.content.decode())[0]
    run.ask(Client(), "get", reverse("notifications:verify", args=[act.code]))
    file_ = SimpleUploadedFile(f"{VALUES['search']}.pdf", bytes(act.pdf))
    run.ask(Client(), "post", reverse("notifications:verify_any"), {"file": file_})


def intake(run, folder):
    lines = PAPER.read_text(encoding="utf-8").splitlines()[:2]
    bad = json.loads(lines[0]) | {"ref": "KQ-1", "surprise": VALUES["paper note"]}
    bad["legal_representative"]["cnp"] = VALUES["CNP on a bad line"]
    bad["legal_representative"]["last_name"] = SURNAME
    source = folder / "paper.jsonl"
    source.write_text("\n".join([*lines, json.dumps(bad), "{" + VALUES["paper note"]]) + "\n", encoding="utf-8")
    out = io.StringIO()
    call_command("intake", source, procedure="providers", report=folder / "report.jsonl", stdout=out, stderr=out)
    return out.getvalue()


def process(folder, name, environment, *words):
    written = (folder / name).open("wb")
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        env=environment | {"LOG_FORMAT": "json"},
        cwd=settings.BASE_DIR,
        start_new_session=True,
        stdout=written,
        stderr=subprocess.STDOUT,
    )


def visit_by_address(port):
    """Real requests with canaries where a browser would put them."""
    for path in (f"verifica/?cod={VALUES['search']}", f"lucru/cauta/?q={VALUES['CNP of the applicant']}", "healthz"):
        workers.wait_for(lambda: _get(port, "healthz"), sweep=False)
        _get(port, path)


def _get(port, path):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10).status == 200
    except OSError:
        return False


@pytest.fixture
def scanned(house, tmp_path):
    """Every place after one drive: `places` and the `values` to look for."""
    people, _, environment, _ = house
    started = canary.ENGINES_LOG.stat().st_size
    run, port = Drive(), 20000 + os.getpid() % 9000
    with ExitStack() as stack:
        mailbox, url = stack.enter_context(workers.mail_server())
        commands, broker = stack.enter_context(canary.monitored(app.conf.broker_url))
        environment = environment | {"EMAIL_URL": url}
        web = process(
            tmp_path,
            "web.log",
            environment | {"PROCESS": "web"},
            "gunicorn",
            "tests.browser.wsgi_app",
            "--bind",
            f"127.0.0.1:{port}",
            "--logger-class",
            "backoffice.ops.gunicorn_log.JsonLogger",
            "--access-logfile",
            "-",
            "--no-control-socket",
        )
        stack.callback(workers.os.killpg, web.pid, 9)
        with run.logging():
            user, client, case = drive(run, people)
            output = intake(run, tmp_path)
            waiting = canary.broker_files()
            worker = process(
                tmp_path,
                "worker.log",
                environment,
                "celery",
                "-A",
                "tests.jobs.celery_app",
                "worker",
                "--concurrency",
                "1",
                "--loglevel",
                "info",
                "--without-mingle",
                "--without-gossip",
            )
            stack.callback(workers.os.killpg, worker.pid, 9)
            assert workers.wait_for(workers.everything_done)
            visit_by_address(port)
            read(run, user, client, case)
        assert len(mailbox.messages) >= 2
        columns = canary.columns()
        broker_files = waiting + canary.broker_files()
    run.values |= {f"secret {name}": keys.text(name)[:64] for name in ("django_secret_key", "verifier_key")}
    places = columns | {
        "web log": (run.log.getvalue()).encode(),
        "gunicorn log": (tmp_path / "web.log").read_bytes(),
        "worker log": (tmp_path / "worker.log").read_bytes(),
        "intake output": output.encode(),
        "database log": canary.ENGINES_LOG.read_bytes()[started:],
        "broker commands": b"\n".join(commands),
        "broker files": broker_files,
        "mails": b"\n".join(map(canary.readable, mailbox.messages)),
        "subjects of account mails": "\n".join(m.subject for m in mail.outbox).encode(),
        "addresses": b"\n".join(run.addresses),
    }
    return SimpleNamespace(places=places, values=run.values, case=case, broker=broker)


def test_canaries(scanned, goal):
    found = canary.hits(scanned.places, scanned.values)
    lived = [
        name
        for name in ("web log", "gunicorn log", "worker log", "database log", "broker commands", "mails", "addresses")
        if scanned.places[name]
    ]
    goal(
        "canaries",
        value=f"{len(found)} hits of {len(scanned.values)} values in {len(scanned.places)} places {found[:9]}",
        target="0",
        ok=not found and len(lived) == 7 and b'"error"' in scanned.places["web log"],
    )


# --- each kind of place, with a leak in it ---------------------------------------------------------------------------

LEAK = "Brundovici Ștefaniță"  # another than above: the broker's files remember it


def found_in(place, content):
    return canary.hits({place: content}, {"leak": LEAK}) == [f"{place}: leak"]


def test_canaries_self_test_every_encoding_is_found():
    for needle in canary.encodings(LEAK):
        assert found_in("x", b"before" + needle + b"after")
    for shift in range(6):
        assert found_in("x", base64.b64encode(b"-" * shift + LEAK.encode() + b"-" * 9))
    assert not found_in("x", b"Brundovicz Stefanita")


def test_canaries_self_test_a_log_that_repeats_exceptions_is_found():
    try:
        raise ValueError(LEAK)
    except ValueError as problem:
        record = logging.LogRecord(
            "django.request", 40, "", 1, "failed", (), (ValueError, problem, problem.__traceback__)
        )
    assert found_in("web log", logging.Formatter().format(record).encode())
    assert not found_in("web log", JsonFormatter().format(record).encode())


def test_canaries_self_test_a_database_log_with_values_is_found(people):
    started = canary.ENGINES_LOG.stat().st_size
    with connection.cursor() as cursor:
        cursor.execute(f"do $$ begin raise warning '{LEAK}'; end $$")
    assert found_in("database log", canary.ENGINES_LOG.read_bytes()[started:])


LEAKS = {
    "column audit_event.facts": lambda p, c: log.record("job.retried", on=c, by=None, name=LEAK),
    "column viewflow_task.data": lambda p, c: sql(
        "update viewflow_task set data = jsonb_build_object('n', %s::text)", LEAK
    ),
    "column jobs_job.last_code": lambda p, c: sql(
        "insert into jobs_job (public_id, kind, object_id, dedupe_key, state, attempts, last_code)"
        " values (gen_random_uuid(), 'x', 1, 'x', 'queued', 0, %s)",
        LEAK,
    ),
    "column throttle_count.value": lambda p, c: sql(
        "insert into throttle_count values ('x', to_jsonb(%s::text), now())", LEAK
    ),
    "column accounts_person.last_name": lambda p, c: sql(
        "update accounts_person set last_name = convert_to(%s, 'UTF8') where id = (select min(id) from "
        "accounts_person)",
        LEAK,
    ),
    "column workflows_filing.as_written": lambda p, c: sql(
        "update workflows_filing set as_written = to_jsonb(%s::text)", LEAK
    ),
}


def sql(statement, value):
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])


@pytest.mark.parametrize("place", LEAKS)
def test_canaries_self_test_a_column_in_clear_is_found(people, case, place):
    assert canary.hits(canary.columns(), {"leak": LEAK}) == []
    LEAKS[place](people, case)
    assert canary.hits(canary.columns(), {"leak": LEAK}) == [f"{place}: leak"]


def test_canaries_self_test_a_name_in_the_broker_is_found():
    with canary.monitored(f"{settings.CELERY_BROKER_URL.split('?')[0]}?virtual_host={world.broker_number(7)}") as seen:
        commands, client = seen
        client.rpush("canary", LEAK)
        client.delete("canary")
    assert found_in("broker files", canary.broker_files())
    assert found_in("broker commands", b"\n".join(commands))


def test_canaries_self_test_a_mail_and_an_address_are_found(people):
    from django.core.mail import EmailMessage
    from django.http import HttpResponse, HttpResponseRedirect

    assert found_in(
        "mails", canary.readable(EmailMessage("x", f"Către {LEAK}", to=["a@example.ro"]).message().as_string())
    )
    assert not found_in(
        "mails", canary.readable(EmailMessage("x", "y", to=[f"{LEAK} <a@example.ro>"]).message().as_string())
    )
    assert found_in("addresses", canary.addresses(HttpResponseRedirect(f"/?q={LEAK}")))
    link = HttpResponse(f'<a href="/?q={LEAK}">x</a>')
    link.request = {}
    assert found_in("addresses", canary.addresses(link))
