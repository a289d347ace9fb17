"""What people do with scans: a photo from a phone, a PDF that is refused, a clerk who looks; also without script."""

import pytest

from tests.attachments.corpus import link, pdf, script, with_place
from tests.browser.test_walk import CLERK, PROVIDER, fill
from tests.world import application

pytestmark = pytest.mark.browser
PHOTO = {"name": "buletin.jpg", "mimeType": "image/jpeg", "buffer": with_place()}
POLICY = {"name": "Poliță de malpraxis 2026.pdf", "mimeType": "application/pdf", "buffer": pdf(pages=2)}
TRAP = {"name": "polita.pdf", "mimeType": "application/pdf", "buffer": pdf(link(script()))}
HUGE = {"name": "scanare.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + b"0" * 10 * 1024 * 1024}


def attach(person, kind, file):
    """Choose a file on the page of attachments and send it."""
    form = person.page.locator(f"form:has(input[value={kind}])")
    form.locator("input[type=file]").set_input_files(file)
    form.locator("button").click()


def pictures(person):
    """The pages of a file, once they are all drawn; their widths."""
    person.page.wait_for_load_state("networkidle")
    return person.page.locator("figure img").evaluate_all("all => all.map(i => i.naturalWidth)")


def files(person, kind):
    return person.page.locator(f"#files-{kind}")


def to_attachments(person):
    """Fill in a new request up to the page of attachments."""
    person.log_in(PROVIDER)
    person.go("/depunere/")
    person.page.click("main form .btn-primary")
    for _ in range(5):
        fill(person.page, application())
        person.page.click("main form .btn-primary[name=go]")


def verdict(person, kind, word, *, scripts=True):
    """Wait for the worker; without script the person asks for the page again."""
    for _ in range(60):
        if files(person, kind).get_by_text(word, exact=True).count():
            return
        person.page.wait_for_timeout(500)
        if not scripts:
            person.page.reload()
    raise AssertionError(files(person, kind).inner_text())


@pytest.mark.parametrize("width", [390, 1280])
def test_a_photo_is_attached_checked_and_looked_at_by_the_house(visit, width):
    person = visit(width)
    to_attachments(person)
    person.look("21-attachments-empty")
    attach(person, "identity_document", PHOTO)
    assert "se verifică" in files(person, "identity_document").inner_text()
    verdict(person, "identity_document", "verificat")
    attach(person, "malpractice_policy", TRAP)
    verdict(person, "malpractice_policy", "respins")
    attach(person, "malpractice_policy", POLICY)
    verdict(person, "malpractice_policy", "verificat")
    person.look("22-attachments-judged")
    files(person, "malpractice_policy").get_by_role("button", name="polita.pdf").click()
    person.page.get_by_role("link", name="buletin.jpg").click()
    assert pictures(person) == [400]
    person.look("23-attachment")
    person.page.go_back()
    person.page.click("main .actions .btn-primary")
    person.look("24-review-with-attachments")
    person.page.click("main .actions .btn-primary")
    number = person.page.locator(".confirmation .big").first.inner_text().split()[1]

    clerk = visit(width)
    clerk.log_in(CLERK)
    clerk.go(f"/lucru/cauta/?q={number}")
    clerk.page.locator("main a", has_text=number.split("/")[0]).first.click()
    clerk.look("25-case-with-attachments")
    clerk.page.get_by_role("link", name="Poliță de malpraxis").click()
    clerk.page.locator("figure img").last.scroll_into_view_if_needed()
    assert len(pictures(clerk)) == 2
    clerk.look("26-policy")
    with clerk.page.expect_download() as waiting:
        clerk.page.get_by_role("link", name="Descărcați originalul").click()
    assert waiting.value.suggested_filename == POLICY["name"]
    assert waiting.value.path().read_bytes() == POLICY["buffer"]


def test_without_script_the_page_says_the_same_and_a_large_file_gets_its_sentence(visit):
    person = visit(1280, scripts=False)
    to_attachments(person)
    attach(person, "identity_document", HUGE)
    person.page.get_by_text("Fișierul are peste 10 MB").wait_for()
    person.look("27-too-large", judge=False)
    attach(person, "identity_document", PHOTO)
    verdict(person, "identity_document", "verificat", scripts=False)


def test_a_large_file_is_not_even_sent(visit):
    person = visit(390)
    to_attachments(person)
    person.page.locator("input[type=file]").first.set_input_files(HUGE)
    person.page.get_by_text("Fișierul are peste 10 MB").wait_for()
    assert person.page.locator("input[type=file]").first.input_value() == ""
    person.look("28-too-large-at-once")


def test_a_body_beyond_every_limit_gets_a_page_and_no_broken_connection(visit, settings):
    person = visit(1280, scripts=False)
    to_attachments(person)
    attach(person, "identity_document", HUGE | {"buffer": b"%PDF-" + b"0" * 30 * 1024 * 1024})
    person.page.get_by_role("heading", name="Ați trimis prea mult deodată").wait_for()
    person.look("29-413", judge=False)
