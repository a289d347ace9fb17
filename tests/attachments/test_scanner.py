"""The virus scanner beside us: its answers, its silence, its absence. No answer is never a clean answer."""

import socket
import struct
import threading
from contextlib import contextmanager

import pytest

from backoffice.jobs.models import Job
from tests.attachments.corpus import photo, saved
from tests.world import run_jobs
from workflows import procedures
from workflows.attachments import services
from workflows.attachments.inspection import scanner
from workflows.attachments.inspection.runner import Unavailable
from workflows.attachments.models import Attachment, AttachmentState
from workflows.services import filings

MARK = b"EICAR"  # our scanner's only virus


@contextmanager
def clamd(answer=None):
    """A server that speaks INSTREAM; `answer` replaces what it would say, "hang" says nothing."""
    received = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve():
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line:
                received.append(_read(line))
                if answer == "hang":
                    done.wait(10)
                    return
                line.sendall(answer if answer is not None else _verdict(received[0]))

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"clamd://127.0.0.1:{server.getsockname()[1]}", received
        done.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=60)


def _read(line):
    with line.makefile("rb") as stream:
        assert stream.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            data += stream.read(size)
        return data


def _verdict(data):
    return b"stream: Eicar-Signature FOUND\0" if MARK in data else b"stream: OK\0"


def test_the_whole_file_is_shown_to_the_scanner():
    data = bytes(range(256)) * 1000
    with clamd() as (url, received):
        assert scanner.is_infected(url, data) is False
    assert received == [data]


def test_an_infected_file_is_told_apart():
    with clamd() as (url, _received):
        assert scanner.is_infected(url, b"x" * 100_000 + MARK) is True


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"INSTREAM size limit exceeded. ERROR\0", "scanner_error"),
        (b"stream: OK, more or less\0", "scanner_error"),
        (b"", "scanner_error"),
        (b"x" * 5000, "scanner_error"),
        ("hang", "scanner_silent"),
    ],
)
def test_anything_else_is_no_answer(answer, code, monkeypatch):
    monkeypatch.setattr(scanner, "SCANNER_SECONDS", 0.3)
    with clamd(answer) as (url, _received), pytest.raises(Unavailable, match=code):
        scanner.is_infected(url, b"x")


def nobody():
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"clamd://127.0.0.1:{server.getsockname()[1]}"


# --- in the job -------------------------------------------------------------------------------------------------------


@pytest.fixture
def attachment(people):
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    data = saved(photo(), "JPEG")
    return services.add(filing, by=people.provider, kind="identity_document", name="x.jpg", data=data)


def test_while_the_scanner_is_away_a_file_stays_in_quarantine_and_its_job_is_tried_again(attachment, settings):
    settings.SCANNER_URL = nobody()
    run_jobs("inspect")
    job = Job.objects.get(kind="inspect")
    assert (job.state, job.last_code) == ("queued", "scanner_away")
    assert Attachment.objects.get().state == AttachmentState.QUARANTINE
    Job.objects.update(due_at="2020-01-01T00:00Z")
    with clamd() as (settings.SCANNER_URL, _received):
        run_jobs("inspect")
    assert Attachment.objects.get().state == AttachmentState.CLEAN


def test_an_infected_file_is_refused_before_it_is_parsed(attachment, settings, monkeypatch):
    monkeypatch.setattr("workflows.attachments.inspection.runner.inspect", lambda data: pytest.fail("it was parsed"))
    with clamd(b"stream: Eicar-Signature FOUND\0") as (settings.SCANNER_URL, _received):
        run_jobs("inspect")
    found = Attachment.objects.get()
    assert (found.state, found.reason) == (AttachmentState.REFUSED, "infected")


def test_a_job_that_gave_up_is_asked_for_again_by_the_house(attachment, people, browse, settings):
    from django.urls import reverse

    from tests.conftest import DAY
    from tests.world import application
    from workflows.services.filings import submit

    filing = attachment.filing
    filings.save_draft(filing, content=application())
    case = submit(filing, by=people.provider, today=DAY).cases[0]
    settings.SCANNER_URL = nobody()
    Job.objects.filter(kind="inspect").update(attempts=20)
    run_jobs("inspect")
    url = reverse("workflows:case", args=[case.public_id])
    assert "Antivirusul nu poate fi găsit." in browse(people.head).get(url).content.decode()
    again = reverse("workflows:inspect_again", args=[case.public_id])
    assert browse(people.clerk).post(again).status_code == 403
    assert browse(people.stranger).post(again).status_code == 404
    with clamd() as (settings.SCANNER_URL, _received):
        assert browse(people.head).post(again).status_code == 302
        run_jobs("inspect")
    assert Attachment.objects.get().state == AttachmentState.CLEAN
