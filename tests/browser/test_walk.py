"""The README's walk, by a browser over real processes: file, take, propose, endorse, sign, open the key."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from backoffice.accounts.demo import PASSWORD
from backoffice.accounts.models import Session
from tests.world import application

pytestmark = pytest.mark.browser

PROVIDER, CLERK, HEAD, DIRECTOR, JURIST = (
    f"{name}@demo.example.ro" for name in ("furnizor", "functionar1", "sef1", "director1", "jurist1")
)


def fill(page, content, prefix=""):
    """Type the content into the boxes of the page that is open, once it is there as a whole."""
    page.wait_for_load_state()
    for box in page.locator("input, select, textarea").all():
        name = box.get_attribute("name") or ""
        value = _value(content, name)
        if not box.is_visible() or value is None or box.get_attribute("type") in ("hidden", "submit"):
            continue
        kind = box.get_attribute("type")
        if kind in ("radio", "checkbox"):
            own = box.get_attribute("value")
            wanted = (
                own in value
                if isinstance(value, list)
                else own == (str(value).lower() if isinstance(value, bool) else value)
            )
            if name.endswith("malpractice.specialties"):
                wanted = own == "*"
            if wanted:
                box.check()
        elif box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(str(value))
        else:
            box.fill(_as_typed(value))


def _as_typed(value):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(value))
    return f"{match[3]}.{match[2]}.{match[1]}" if match else str(value)


def _value(content, name):
    for key in name.split("."):
        if isinstance(content, dict):
            content = content.get(key)
        elif isinstance(content, list) and key.isdigit() and int(key) < len(content):
            content = content[int(key)]
        else:
            return None
    return content


def file_online(person, photograph=True):
    """Fill in the whole form and submit; the registry number."""
    page = person.page
    person.log_in(PROVIDER)
    person.go("/depunere/")
    if photograph:
        person.look("01-start")
    page.click("main form .btn-primary")
    content = application()
    for number, slug in enumerate(("furnizor", "puncte-de-lucru", "reprezentant", "medici", "declaratii"), 2):
        page.wait_for_url(f"**/{slug}/")
        fill(page, content)
        if photograph:
            person.look(f"{number:02}-{slug}")
        page.click("main form .btn-primary[name=go]")
    if photograph:
        person.look("07-attachments")
    page.click("main .actions .btn-primary")
    if photograph:
        person.look("07-review")
    page.click("main form .btn-primary")
    if photograph:
        person.look("08-receipt")
    return page.locator(".confirmation .big").first.inner_text().split()[1]


def decide(person, email, number, name):
    """Log in, take the case from the list, open its page."""
    person.log_in(email)
    person.go("/lucru/?lista=take")
    person.look(f"{name}-inbox")
    person.page.locator("tr", has_text=number).locator("button").click()
    person.look(f"{name}-case")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_walk_from_filing_to_the_opened_key(visit, width):
    provider = visit(width)
    number = file_online(provider)

    clerk = visit(width)
    decide(clerk, CLERK, number, "10-clerk")
    clerk.page.check("#o_approve")
    clerk.page.click("text=Trimiteți propunerea")
    clerk.look("11-clerk-done")

    head = visit(width)
    decide(head, HEAD, number, "12-head")
    head.page.check("#o_agree")
    head.page.click(".panel button:has-text('Trimiteți')")

    director = visit(width)
    decide(director, DIRECTOR, number, "14-director")
    director.page.click("text=Citiți și semnați decizia")
    director.look("15-password")
    director.confirm_password()
    director.look("16-sign")
    director.page.click("text=Semnez decizia")
    director.look("17-signed")

    page = provider.page
    provider.go("/cereri/")
    for _ in range(120):
        if page.locator("text=Aprobată").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    provider.look("18-mine")
    page.click(f"text={number}")
    provider.look("19-decision")
    page.click("text=Deschideți cheia")
    provider.confirm_password()
    provider.look("20-key-closed")
    page.click("text=Arată cheia acum")
    provider.look("21-key")
    assert re.fullmatch(r"[A-Z]{2}\d{3}-[A-Z]\d{3}-[A-Z]\d{3}-[A-Z]\d{3}", page.locator(".key").nth(1).inner_text())


def test_everything_works_without_scripts(visit):
    provider = visit(1280, scripts=False)
    provider.look = lambda *args, **kwargs: None
    assert re.fullmatch(r"\d+/\d\d\.\d\d\.\d{4}", file_online(provider, photograph=False))


def test_errors_are_said_on_top_at_the_box_and_nothing_is_lost(visit):
    person = visit(390)
    person.log_in(PROVIDER)
    person.go("/depunere/")
    person.page.click("main form .btn-primary")
    person.page.fill("[name='provider.uic']", "12345675")
    person.page.fill(
        "[name='provider.name']",
        "Cabinet cu un nume foarte, foarte lung, ca să se vadă cum se așază pe un ecran îngust",
    )
    person.page.click("main form .btn-primary[name=go]")
    person.look("30-errors")
    person.page.locator(".error-summary a", has_text="fiscală").click()
    assert person.page.evaluate("document.activeElement.name") == "provider.uic"
    assert person.page.input_value("[name='provider.uic']") == "12345675"


def test_what_was_typed_is_kept_by_itself(visit):
    person = visit(1280)
    person.log_in(PROVIDER)
    person.go("/depunere/")
    person.page.click("main form .btn-primary")
    url = person.page.url
    person.page.fill("[name='provider.name']", "Scris și nesalvat")
    with person.page.expect_response(lambda r: r.request.method == "POST"):
        person.page.fill("[name='provider.uic']", "12345674")
    person.page.wait_for_function("document.querySelector('[data-autosave-status]').textContent.includes(':')")
    person.page.goto(url)
    assert person.page.input_value("[name='provider.name']") == "Scris și nesalvat"


def test_what_was_typed_outlives_the_session(visit, committed_people):
    person = visit(1280)
    person.log_in(PROVIDER)
    person.go("/depunere/")
    person.page.click("main form .btn-primary")
    Session.objects.update(seen_at=Now() - timedelta(minutes=20))
    person.page.fill("[name='provider.name']", "Scris după încheiere")
    person.page.wait_for_selector("[data-autosave-status] a")
    person.look("60-session-ended-autosave")
    with person.context.expect_page() as opened:
        person.page.click("[data-autosave-status] a")
    tab = opened.value
    tab.fill("[name=login]", PROVIDER)
    tab.fill("[name=password]", PASSWORD)
    tab.click("main .btn-primary")
    tab.wait_for_selector("[data-autosave-status]")
    tab.close()
    person.page.evaluate("window.dispatchEvent(new Event('focus'))")
    person.page.wait_for_selector("[data-autosave-status]:has-text('Salvat la')")
    person.page.reload()
    assert person.page.input_value("[name='provider.name']") == "Scris după încheiere"


def test_session_pages_are_sound(visit, committed_people):
    for width in (1280, 390):
        person = visit(width)
        person.log_in("administrator@demo.example.ro")
        person.look("61-people")
        person.page.locator("main table a").first.click()
        person.look("62-end-role")
        person.go("/cont/sesiuni/")
        person.look("63-sessions")
        for path in ("/cont/password/change/", "/cont/reauthenticate/"):
            person.go(path)
            person.look(f"64{path.replace('/', '-')}")
        person.go("/lucru/pas/1/preia/")
        person.look("65-405")
        Session.objects.update(seen_at=Now() - timedelta(minutes=20))
        person.go("/cont/sesiuni/")
        person.look("66-session-ended")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_public_and_account_pages_are_sound(visit, width, scheme):
    person = visit(width, scheme=scheme)
    paths = ["/", "/depunere/", "/verifica/", "/cont/login/", "/cont/signup/", "/cont/password/reset/"]
    for path in paths:
        person.go(path)
        person.look(f"40-{scheme}{path.replace('/', '-')}")
    person.log_in("administrator@demo.example.ro")
    person.confirm_password()
    person.look(f"41-{scheme}-people")
    for path in ("/cont/email/", "/cont/2fa/"):
        person.go(path)
        person.look(f"42-{scheme}{path.replace('/', '-')}")
    person.go("/nu-exista/")
    person.look(f"43-{scheme}-404")


def test_paper_and_rejection_by_a_browser(visit):
    clerk = visit(1280)
    clerk.log_in(CLERK)
    clerk.go("/lucru/hartie/")
    clerk.look("50-paper-new")
    clerk.page.click("text=Începeți o înregistrare")
    fill(clerk.page, application())
    clerk.page.check("[name=signature][value=handwritten]")
    # The physician's policy covers what is declared; choose it once the speciality is known to the page.
    clerk.look("51-paper")
    clerk.page.click("main form .btn-primary[name=go]")
    clerk.look("52-paper-registered")
    assert "/lucru/dosar/" in clerk.page.url
    clerk.page.click("text=Preluați dosarul")
    clerk.page.check("#o_reject")
    clerk.page.check("#r_R05")
    clerk.page.fill("[name=text]", "Autorizația nu a fost prezentată.")
    clerk.look("53-reject")
    clerk.page.click("text=Trimiteți propunerea")
    jurist = visit(1280)
    jurist.log_in(JURIST)
    jurist.go("/lucru/?lista=take")
    jurist.page.locator("table button").first.click()
    jurist.look("54-visa")
