"""Attached scans: who may attach and see, what is kept, and that nothing shows before the verdict."""

import copy
import io
import uuid

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import Event
from backoffice.jobs.models import Job
from tests.attachments.corpus import link, pdf, photo, saved, script, signed
from tests.attachments.sending import send, sent
from tests.conftest import DAY
from tests.world import act, application, run_jobs
from workflows import procedures
from workflows.attachments import services
from workflows.attachments.inspection.limits import MAX_FILE_BYTES
from workflows.attachments.models import Attachment, AttachmentBlob, AttachmentState
from workflows.enums import Channel
from workflows.errors import Refused
from workflows.services import filings
from workflows.services.filings import submit


@pytest.fixture(scope="module")
def jpeg():
    return saved(photo(), "JPEG")


@pytest.fixture
def draft(people):
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=application())
    return filing


@pytest.fixture
def clean(draft, people, jpeg):
    return attach(draft, people.provider, jpeg)


def attach(filing, by, data, kind="identity_document", name="buletin.jpg"):
    """A file that went through its inspection."""
    attachment = services.add(filing, by=by, kind=kind, name=name, data=data)
    run_jobs("inspect")
    attachment.refresh_from_db()
    return attachment


def pages_of(place, public_id, attachment):
    """Every address at which something of a file is shown."""
    names = {f"workflows:{place}_scan": [], f"workflows:{place}_scan_original": [], f"workflows:{place}_scan_page": [1]}
    return [reverse(name, args=[public_id, attachment.public_id, *more]) for name, more in names.items()]


# --- attaching --------------------------------------------------------------------------------------------------------


def test_a_file_is_checked_by_the_worker_and_then_shown_as_a_picture(draft, people, browse, jpeg):
    client = browse(people.provider)
    page = send(client, "filing", draft.public_id, jpeg).content.decode()
    assert "se verifică" in page
    attachment = Attachment.objects.get()
    assert [client.get(url).status_code for url in pages_of("filing", draft.public_id, attachment)] == [404] * 3
    run_jobs("inspect")
    assert "verificat" in client.get(reverse("workflows:filing_scans", args=[draft.public_id])).content.decode()
    viewer, original, picture = (client.get(url) for url in pages_of("filing", draft.public_id, attachment))
    assert viewer.status_code == 200
    assert picture["Content-Type"] == "image/webp"
    assert picture.content[:4] == b"RIFF"
    assert original.content == jpeg


def test_a_refused_file_says_why_and_shows_nothing(draft, people, browse):
    client = browse(people.provider)
    attachment = attach(draft, people.provider, pdf(link(script())), name="polita.pdf")
    page = client.get(reverse("workflows:filing_scans", args=[draft.public_id])).content.decode()
    assert "respins" in page
    assert "conține un program" in page
    assert [client.get(url).status_code for url in pages_of("filing", draft.public_id, attachment)] == [404] * 3
    assert [b.number for b in attachment.blobs.all()] == [0]


def test_a_signed_pdf_is_kept_to_the_byte_and_said_to_be_signed(draft, people, browse):
    data = pdf(signed)
    attachment = attach(draft, people.provider, data, name="polita.pdf")
    assert attachment.signatures == 1
    viewer, original, _picture = (
        browse(people.provider).get(url) for url in pages_of("filing", draft.public_id, attachment)
    )
    assert "semnătură electronică" in viewer.content.decode()
    assert original.content == data


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "este gol"), (b"%PDF-" + b"0" * MAX_FILE_BYTES, "peste 10 MB"), (b"MZ\x90", "numai PDF, PNG și JPEG")],
)
def test_what_can_be_told_at_once_is_told_at_once(draft, people, browse, data, sentence):
    answer = send(browse(people.provider), "filing", draft.public_id, data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Attachment.objects.exists()


def test_no_file_chosen_is_a_sentence_too(draft, people, browse):
    answer = browse(people.provider).post(
        reverse("workflows:filing_scans", args=[draft.public_id]), {"kind": "identity_document"}
    )
    assert answer.status_code == 422
    assert "Alegeți întâi fișierul" in answer.content.decode()


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = readinto = read


def post_announcing(user, url, size):
    """A post whose check against forgery would have to read the body."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    client.cookies["csrftoken"] = "a" * 32
    announced = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(size)}
    return client.generic("POST", url, **announced, **{"wsgi.input": Unread()})


def test_a_body_that_is_too_large_is_refused_unread(draft, people, settings):
    url = reverse("workflows:filing_scans", args=[draft.public_id])
    answer = post_announcing(people.provider, url, settings.MAX_REQUEST_BYTES + 1)
    assert answer.status_code == 413
    assert "cel mult 10 MB" in answer.content.decode()
    with pytest.raises(AssertionError, match="was read"):
        post_announcing(people.provider, url, settings.MAX_REQUEST_BYTES)


def test_a_kind_that_is_not_offered_is_refused(draft, people, jpeg):
    for kind in ("delegate_mandate", "altceva"):
        with pytest.raises(Refused, match="din listă"):
            services.add(draft, by=people.provider, kind=kind, name="x", data=jpeg)


# --- measures ---------------------------------------------------------------------------------------------------------


def test_each_kind_the_filing_and_the_day_have_their_measure(draft, people, jpeg, monkeypatch):
    send_one = lambda kind="identity_document": services.add(draft, by=people.provider, kind=kind, name="x", data=jpeg)  # noqa: E731
    for _ in range(5):
        last = send_one()
    with pytest.raises(Refused, match="este 5"):
        send_one()
    services.remove(last, by=people.provider)
    send_one()
    monkeypatch.setattr(services, "MAX_FILING_BYTES", len(jpeg) * 5)
    with pytest.raises(Refused, match="50 MB"):
        send_one("malpractice_policy")
    monkeypatch.setattr(services, "MAX_FILING_BYTES", len(jpeg) * 50)
    monkeypatch.setattr(services, "MAX_FILES_A_DAY", 6)
    with pytest.raises(Refused, match="mâine"):
        send_one("malpractice_policy")
    monkeypatch.setattr(services, "MAX_FILES_A_DAY", 100)
    monkeypatch.setattr(services, "MAX_BYTES_A_DAY", len(jpeg) * 6)
    with pytest.raises(Refused, match="mâine"):
        send_one("malpractice_policy")


# --- who may open what ------------------------------------------------------------------------------------------------


def test_a_file_is_seen_by_its_owner_and_the_houses_that_decide_and_by_nobody_else(clean, draft, people, browse):
    case = submit(draft, by=people.provider, today=DAY).cases[0]
    own, office = pages_of("filing", draft.public_id, clean), pages_of("case", case.public_id, clean)
    seen = {
        name: [browse(getattr(people, name)).get(url).status_code for url in own + office]
        for name in ("provider", "clerk", "director", "stranger", "administrator")
    }
    assert seen["provider"] == [200] * 3 + [404] * 3
    assert seen["clerk"] == seen["director"] == [404] * 3 + [200] * 3
    assert seen["stranger"] == seen["administrator"] == [404] * 6


def test_a_file_is_found_in_its_own_filing_only(clean, people, browse):
    other = filings.start_online(procedures.get("providers"), owner=people.provider)
    client = browse(people.provider)
    assert [client.get(url).status_code for url in pages_of("filing", other.public_id, clean)] == [404] * 3
    assert send(browse(people.stranger), "filing", other.public_id, b"x").status_code == 404


def test_a_page_that_is_not_there_is_404(clean, draft, people, browse):
    for number in (0, 2, 99):
        url = reverse("workflows:filing_scan_page", args=[draft.public_id, clean.public_id, number])
        assert browse(people.provider).get(url).status_code == 404


def test_every_house_that_decides_sees_the_files(people, browse, jpeg):
    content = application()
    point, physician = copy.deepcopy(content["work_points"][0]), copy.deepcopy(content["physicians"][0])
    point["address"] |= {"county": "CJ", "locality": "Cluj-Napoca"}
    physician |= {"work_point": 1, "last_name": "Rus", "stamp_code": "RUS01", "cnp": "2811103409027"}
    content["work_points"].append(point)
    content["physicians"].append(physician)
    filing = filings.start_online(procedures.get("providers"), owner=people.provider)
    filings.save_draft(filing, content=content)
    attachment = attach(filing, people.provider, jpeg)
    cases = {c.house_id: c for c in submit(filing, by=people.provider, today=DAY).cases}
    url = pages_of("case", cases[people.other_house.pk].public_id, attachment)[0]
    assert browse(people.stranger).get(url).status_code == 200
    assert browse(people.clerk).get(url).status_code == 404


# --- what is handed out -----------------------------------------------------------------------------------------------


def test_what_is_handed_out_cannot_run(clean, draft, people, browse):
    for url in pages_of("filing", draft.public_id, clean)[1:]:
        answer = browse(people.provider).get(url)
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
    original = browse(people.provider).get(pages_of("filing", draft.public_id, clean)[1])
    assert original["Content-Disposition"] == 'attachment; filename="buletin.jpg"'
    assert original["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Acte\\buletin.jpg", "buletin.jpg"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
        ("buletin\u202egpj.exe", "buletin gpj.exe"),
        ("a\x00b.pdf", "a b.pdf"),
        ("x" * 300 + ".pdf", "x" * 69 + "…xxxxxx.pdf"),
        ("poliţă.pdf", "poliță.pdf"),
        ("", "document"),
        ("...", "document"),
    ],
)
def test_a_name_is_made_safe_to_show(draft, people, browse, jpeg, raw, shown):
    attachment = attach(draft, people.provider, jpeg, name=raw)
    assert attachment.name == shown
    header = browse(people.provider).get(pages_of("filing", draft.public_id, attachment)[1])["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert not set("\r\n\x00\u202e") & set(header)
    assert header.endswith(('.jpg"', ".jpg"))


def test_the_house_leaves_a_trace_when_it_takes_the_original(clean, draft, people, browse):
    case = submit(draft, by=people.provider, today=DAY).cases[0]
    browse(people.provider).get(pages_of("filing", draft.public_id, clean)[1])
    assert not Event.objects.filter(code="attachment.downloaded").exists()
    browse(people.clerk).get(pages_of("case", case.public_id, clean)[1])
    event = Event.objects.get(code="attachment.downloaded")
    assert (event.actor_user, event.house, event.subject_id) == (people.clerk.pk, people.house.pk, clean.pk)


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_bytes_and_names_are_ciphertext_bound_to_their_row(draft, people, jpeg):
    one = attach(draft, people.provider, jpeg, name="Popescu 1750514139013.jpg")
    two = attach(draft, people.provider, jpeg)
    with connection.cursor() as cursor:
        for table in ("attachments_attachment", "attachments_attachmentblob"):
            cursor.execute(f"select t::text from {table} t")
            stored = "".join(row[0] for row in cursor.fetchall())
            assert "Popescu" not in stored
            assert jpeg[:30].hex() not in stored
            assert b"WEBPVP8".hex() not in stored
    moved = one.blobs.get(number=0)
    assert services.opened(one, 0) == jpeg
    moved.attachment = two
    with pytest.raises(Exception, match="[Dd]ecrypt"):
        moved.content  # noqa: B018 (opening is what fails)


def test_out_of_a_draft_a_file_leaves_its_row_and_no_byte(clean, draft, people, browse):
    url = reverse("workflows:filing_scan_remove", args=[draft.public_id, clean.public_id])
    assert browse(people.provider).post(url).status_code == 302
    assert not AttachmentBlob.objects.exists()
    clean.refresh_from_db()
    assert clean.removed_at
    assert browse(people.provider).post(url).status_code == 404
    codes = [event.code for event in Event.objects.filter(subject_type="attachments.Attachment").order_by("pk")]
    assert codes == ["attachment.added", "attachment.inspected", "attachment.removed"]


def test_after_submission_nothing_is_taken_out_or_added(clean, draft, people, browse, jpeg):
    submit(draft, by=people.provider, today=DAY)
    browse(people.provider).post(reverse("workflows:filing_scan_remove", args=[draft.public_id, clean.public_id]))
    assert send(browse(people.provider), "filing", draft.public_id, jpeg).status_code == 422
    assert Attachment.objects.get().removed_at is None
    assert AttachmentBlob.objects.count() == 2


FORBIDDEN = {
    "delete a row": "delete from attachments_attachment",
    "delete bytes": "delete from attachments_attachmentblob",
    "change bytes": "update attachments_attachmentblob set sealed = 'x'",
    "move bytes": "update attachments_attachmentblob set number = number + 50",
    "add bytes": "insert into attachments_attachmentblob (attachment_id, number, content) "
    "select id, 9, 'x' from attachments_attachment",
    "clear a refusal": "update attachments_attachment set state = 'clean', reason = '', pages = 1",
    "remove": "update attachments_attachment set removed_at = now()",
    "another filing": "update attachments_attachment set filing_id = filing_id + 1",
    "another name": "update attachments_attachment set name = 'x'",
    "empty the table": "truncate attachments_attachmentblob",
}


@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN)
def test_after_submission_the_database_itself_refuses(draft, people, sql):
    attach(draft, people.provider, pdf(link(script())))
    submit(draft, by=people.provider, today=DAY)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_file_removed_before_its_inspection_is_not_inspected(draft, people, jpeg):
    attachment = services.add(draft, by=people.provider, kind="identity_document", name="x", data=jpeg)
    services.remove(attachment, by=people.provider)
    run_jobs("inspect")
    attachment.refresh_from_db()
    assert attachment.state == AttachmentState.QUARANTINE
    assert Job.objects.get(kind="inspect").state == "done"


# --- completions and paper --------------------------------------------------------------------------------------------


def test_asked_for_completion_the_applicant_may_attach_again(draft, people, browse, jpeg):
    case = submit(draft, by=people.provider, today=DAY).cases[0]
    client = browse(people.provider)
    assert send(client, "filing", draft.public_id, jpeg).status_code == 422
    page = browse(people.clerk).get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert "Nu este atașată copia actului de identitate" in page
    act(case, people.clerk, outcome="completion", reasons=("R05",), text="Atașați actul de identitate.")
    assert send(client, "filing", draft.public_id, jpeg).status_code == 200
    run_jobs("inspect")
    page = browse(people.clerk).get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert "Nu este atașată copia actului de identitate" not in page
    assert "buletin.jpg" in page


def test_a_clerk_attaches_to_paper_before_and_after_registration(people, browse, jpeg):
    filing = filings.start_paper(
        procedures.get("providers"), house=people.house, channel=Channel.COUNTER, content={}, by=people.clerk
    )
    content = application() | {"channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten"}
    filings.save_paper(filing, content=content, as_written=[])
    clerk = browse(people.clerk)
    assert send(clerk, "paper", filing.public_id, jpeg).status_code == 200
    assert send(browse(people.stranger), "paper", filing.public_id, jpeg).status_code == 404
    by_mistake = services.add(filing, by=people.clerk, kind="malpractice_policy", name="x", data=jpeg)
    clerk.post(reverse("workflows:paper_scan_remove", args=[filing.public_id, by_mistake.public_id]))
    case = submit(filing, by=people.clerk, today=DAY).cases[0]
    assert send(clerk, "case", case.public_id, jpeg, "malpractice_policy").status_code == 200
    assert send(browse(people.jurist), "case", case.public_id, jpeg).status_code == 422
    run_jobs("inspect")
    assert sent(filing) == [("identity_document", "clean"), ("malpractice_policy", "clean")]
    assert not by_mistake.blobs.exists()


def test_a_clerk_does_not_add_to_what_was_filed_online(draft, people, browse, jpeg):
    case = submit(draft, by=people.provider, today=DAY).cases[0]
    assert send(browse(people.clerk), "case", case.public_id, jpeg).status_code == 422
    assert send(browse(people.clerk), "case", uuid.uuid4(), jpeg).status_code == 404
