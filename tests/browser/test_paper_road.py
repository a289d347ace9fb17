"""The whole paper road by a browser: registered incomplete, asked by letter, answered, decided, posted."""

import pytest

from notifications.models import Document
from tests.browser.conftest import SCREENSHOTS
from tests.browser.test_walk import CLERK, DIRECTOR, HEAD, decide, fill
from tests.conftest import DAY
from tests.world import application
from workflows.models import Case

pytestmark = pytest.mark.browser

LACKS = ("provider.email", "provider.phone", "physicians.0.cnp", "privacy_notice")
TODAY = f"{DAY:%d.%m.%Y}"


def until(person, text):
    """Look again until the worker has done its part."""
    for _ in range(120):
        person.page.wait_for_load_state()
        if person.page.locator(f"main >> text={text}").count():
            return
        person.page.wait_for_timeout(500)
        person.page.reload()
    raise AssertionError(f"{text} never came")


def keep(kind, case):
    """The sealed letter as a file beside the photographs, to be looked at."""
    document = Document.objects.get(about=case.public_id, kind=kind, sealed_at__isnull=False)
    (SCREENSHOTS / f"{kind}.pdf").write_bytes(bytes(document.pdf))
    return document


def lacking():
    content = application()
    content["provider"] |= {"email": None, "phone": None}
    content["physicians"][0]["cnp"] = None
    return content | {"privacy_notice": None}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_whole_paper_road(visit, width):
    clerk = visit(width)
    page = clerk.page
    clerk.log_in(CLERK)
    clerk.go("/lucru/hartie/")
    page.click("text=Începeți o înregistrare")
    fill(page, lacking())
    page.check("[name=signature][value=handwritten]")
    page.click("main form .btn-primary[name=go]")
    clerk.look("80-paper-errors")
    for name in LACKS:
        page.check(f"[id='missing_{name}']")
    clerk.look("81-paper-marks")
    page.click("main form .btn-primary[name=go]")
    case = Case.objects.get()
    number = str(case.entry)
    clerk.look("82-registered")
    clerk.go("/lucru/de-comunicat/")
    until(clerk, "Comunicarea numărului de înregistrare")
    clerk.look("83-to-communicate")
    keep("workflows.registered", case)

    clerk.go("/lucru/?lista=take")
    page.locator("tr", has_text=number).locator("button").click()
    page.check("#o_completion")
    page.check("#c_R11")
    page.fill("[name=text]", "Scrieți codul numeric personal al medicului și un telefon.")
    page.click("text=Trimiteți propunerea")
    until(clerk, "Solicitare de completări nr.")
    clerk.look("85-asked")
    opened = page.request.get(clerk.site.url + page.locator("a", has_text="Solicitare de").get_attribute("href"))
    assert opened.body()[:5] == b"%PDF-"
    keep("workflows.completion", case)

    page.click("text=Introduceți răspunsul")
    clerk.look("86-answer")
    content = application()
    for name in ("physicians.0.cnp", "provider.phone", "privacy_notice"):
        page.uncheck(f"[id='missing_{name}']")
    page.fill("[name='physicians.0.cnp']", content["physicians"][0]["cnp"])
    page.fill("[name='provider.phone']", content["provider"]["phone"])
    page.check("[name=privacy_notice]")
    page.select_option("[name='answer.channel']", "post")
    page.click("text=Păstrați ciorna")
    page.click("text=Introduceți răspunsul")
    assert page.input_value("[name='physicians.0.cnp']") == content["physicians"][0]["cnp"]
    page.uncheck("[id='missing_provider.email']")
    page.fill("[name='provider.email']", "cabinet@example.ro")
    page.click("main form .btn-primary[name=go]")
    clerk.look("87-answered")
    page.click("text=Preluați dosarul")
    page.check("#o_approve")
    page.click("text=Trimiteți propunerea")

    head = visit(width)
    decide(head, HEAD, number, "88-head")
    head.page.check("#o_agree")
    head.page.click(".panel button:has-text('Trimiteți')")
    director = visit(width)
    decide(director, DIRECTOR, number, "89-director")
    director.page.click("text=Citiți și semnați decizia")
    director.confirm_password()
    director.page.click("text=Semnez decizia")

    clerk.go("/lucru/de-comunicat/")
    until(clerk, "Decizie de aprobare nr.")
    clerk.look("90-decision-to-communicate")
    page.click("main a:has-text('Decizie de aprobare')")
    page.click("summary:has-text('Trimis prin poștă')")
    clerk.look("91-communicate")
    page.fill("[name=confirmation]", "RO 123 456")
    page.locator("form", has=page.locator("[name=confirmation]")).locator("[name=day]").fill(TODAY)
    page.click("text=Consemnați poșta")
    assert page.locator("text=decizia este comunicată").count()
    clerk.look("92-communicated")


def test_enter_moves_on_and_the_form_works_without_scripts(visit):
    clerk = visit(1280)
    clerk.log_in(CLERK)
    clerk.go("/lucru/hartie/")
    clerk.page.click("text=Începeți o înregistrare")
    clerk.page.focus("[name=received_on]")
    clerk.page.keyboard.press("Enter")
    assert clerk.page.evaluate("document.activeElement.name") == "ref"
    clerk.page.focus("[name='provider.name']")
    clerk.page.keyboard.press("Enter")
    assert clerk.page.evaluate("document.activeElement.name") == "provider.uic"
    plain = visit(1280, scripts=False)
    plain.log_in(CLERK)
    plain.go("/lucru/hartie/")
    plain.page.click("text=Începeți o înregistrare")
    for name in ("work_points", "physicians"):
        plain.page.check(f"[id='missing_{name}']")
    plain.page.click("text=Păstrați ciorna")
    assert plain.page.is_checked("[id='missing_physicians']")
