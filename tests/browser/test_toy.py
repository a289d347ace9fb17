"""The toy procedure (`tests/toy`) by a browser over real processes: from filing to sealed decision and mail."""

import pytest

from notifications.models import Document, Message
from tests.browser.test_walk import DIRECTOR, JURIST, PROVIDER, decide
from workflows.models import Case

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_a_second_procedure_has_its_pages_and_its_work_done(visit, width):
    provider = visit(width)
    page = provider.page
    provider.log_in(PROVIDER)
    provider.go("/depunere/")
    provider.look("70-toy-start")
    page.locator("form", has=page.locator("[value=toy]")).locator("button").click()
    page.fill("[name=email]", "birou@organizatie.ro")
    provider.look("71-toy-form")
    page.click("main form .btn-primary[name=go]")
    provider.look("72-toy-review")
    page.click("main form .btn-primary")
    number = page.locator(".confirmation .big").first.inner_text().split()[1]

    proposer = visit(width)
    decide(proposer, JURIST, number, "73-toy-proposer")
    proposer.page.check("#o_approve")
    proposer.page.click("text=Trimiteți propunerea")
    proposer.page.wait_for_selector("text=Propunerea a fost trimisă")

    director = visit(width)
    decide(director, DIRECTOR, number, "74-toy-director")
    director.page.click("text=Citiți și semnați decizia")
    director.confirm_password()
    director.look("75-toy-sign")
    director.page.click("text=Semnez decizia")
    director.page.wait_for_selector("text=Semnătura a fost înregistrată")

    for _ in range(120):
        if Message.objects.filter(state="sent").exists():
            break
        page.wait_for_timeout(500)
    case = Case.objects.get(procedure="toy")
    assert case.state == "approved"
    assert Document.objects.get(about=case.public_id).sealed_at
    assert Message.objects.get(about=case.public_id).state == "sent"
    provider.go(f"/cereri/{case.public_id}/")
    provider.look("76-toy-decision")
    paper = page.locator("a", has_text="Confirmarea adresei").get_attribute("href")
    assert page.request.get(provider.site.url + paper).body()[:5] == b"%PDF-"
