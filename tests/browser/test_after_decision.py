"""What comes after a decision, by a browser over real processes: a prior complaint, and a decision that is replaced."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from notifications.models import Document
from tests.browser.test_walk import CLERK, DIRECTOR, HEAD, JURIST, PROVIDER, decide
from tests.world import approved, file_case, rejected, run_jobs
from workflows.models import Case

pytestmark = pytest.mark.browser

CLERK2, JURIST2, HEAD2 = (f"{name}@demo.example.ro" for name in ("functionar2", "jurist2", "sef2"))


@pytest.fixture
def decided(site):
    """Make a decision and have it issued: `decided(rejected)`."""

    def make(how):
        case = how(file_case(site.people.provider), site.people)
        with ThreadPoolExecutor(1) as thread:  # the sealing runs an event loop, and the browser has this thread's
            thread.submit(issue).result()
        until(lambda: Case.objects.get(pk=case.pk).is_decided)
        return Case.objects.get(pk=case.pk)

    def issue():
        run_jobs("providers.issue")
        connection.close()

    return make


def until(true):
    """Wait until the worker has done its work."""
    for _ in range(240):
        if true():
            return
        time.sleep(0.25)
    raise AssertionError("the worker did not come to it")


def agree(visit, width, email, number, name):
    """Visa or endorsement of what was proposed."""
    person = visit(width)
    decide(person, email, number, name)
    person.page.check("#o_agree")
    person.page.click(".panel button:has-text('Trimiteți')")
    person.page.wait_for_selector("text=a fost înregistrat")


def propose(visit, width, email, number, name, text=""):
    """Propose that what is asked be granted."""
    person = visit(width)
    decide(person, email, number, name)
    person.page.check("#o_approve")
    if text:
        person.page.fill("[name=text]", text)
    person.page.click("text=Trimiteți propunerea")
    person.page.wait_for_selector("text=Propunerea a fost trimisă")


def sign(visit, width, number, name, sees=(), again=None):
    """The director reads and signs; a case that comes back to them is theirs already."""
    director = visit(width)
    if again:
        director.log_in(DIRECTOR)
        director.go(f"/lucru/dosar/{again.public_id}/")
    else:
        decide(director, DIRECTOR, number, name)
    director.page.click("text=Citiți și semnați decizia")
    director.confirm_password()
    director.look(f"{name}-sign")
    for words in sees:
        assert words in director.page.inner_text("main")
    director.page.click("text=Semnez decizia")
    director.page.wait_for_selector("text=Semnătura a fost înregistrată")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_prior_complaint_from_the_decision_to_the_one_that_is_taken_anew(visit, decided, width):
    about = decided(rejected)
    provider = visit(width)
    page = provider.page
    provider.log_in(PROVIDER)
    provider.go(f"/cereri/{about.public_id}/")
    provider.look("80-decision")
    page.click("text=Faceți plângere prealabilă")
    page.check("input[name=against][value=R05]")
    page.fill("[name=grounds]", "Autorizația sanitară a fost prezentată la ghișeu.")
    page.check("input[name=asks][value=withdraw]")
    provider.look("81-complaint")
    page.click("main form .btn-primary[name=go]")
    page.click("main .actions .btn-primary")
    provider.look("82-complaint-review")
    page.click("main form .btn-primary")
    number = page.locator(".confirmation .big").first.inner_text().split()[1]
    provider.look("83-complaint-receipt")

    propose(visit, width, CLERK2, number, "84-complaint-clerk", "Autorizația se află la dosar.")
    agree(visit, width, JURIST2, number, "85-complaint-visa")
    agree(visit, width, HEAD2, number, "86-complaint-head")
    sign(visit, width, number, "87-complaint-director", ("Ați semnat și actul despre care este vorba",))
    until(lambda: Case.objects.get(pk=about.pk).state == "propose")

    provider.go(f"/cereri/{about.public_id}/")
    provider.look("88-decided-anew")
    assert "retras sau înlocuit prin actul nr." in page.inner_text("main")
    propose(visit, width, CLERK2, str(about.entry), "89-anew-clerk")
    agree(visit, width, HEAD2, str(about.entry), "90-anew-head")
    sign(visit, width, str(about.entry), "91-anew-director", again=about)
    until(lambda: Case.objects.get(pk=about.pk).state == "approved")
    provider.go(f"/cereri/{about.public_id}/")
    provider.look("92-new-decision")
    assert "Decizie de aprobare" in page.inner_text("main")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_decision_is_replaced_of_the_houses_own_motion(visit, decided, width):
    about = decided(approved)
    clerk = visit(width)
    page = clerk.page
    clerk.log_in(CLERK)
    clerk.go(f"/lucru/dosar/{about.public_id}/")
    clerk.look("93-approved")
    page.click("text=Retrageți sau înlocuiți decizia")
    assert "nu mai produce efecte" in page.inner_text("main")
    page.check("input[name=cause][value=error]")
    page.fill("[name=explained]", "În anexă, adresa punctului de lucru este greșită.")
    page.fill("[name=rule]", "art. 30 alin. (2) din Legea nr. 95/2006")
    page.check("input[name=which][value=replace]")
    clerk.look("94-replace")
    page.click("main form .btn-primary[name=go]")
    page.wait_for_selector("text=este înregistrată cu nr.")
    number = str(Case.objects.get(procedure="revocations").entry)

    propose(visit, width, CLERK2, number, "95-replace-clerk", "Adresa nu este cea din autorizație.")
    agree(visit, width, JURIST, number, "96-replace-visa")
    agree(visit, width, HEAD, number, "97-replace-head")
    sign(visit, width, number, "98-replace-director", ("Dacă decizia se retrage",))
    until(lambda: Case.objects.get(pk=about.pk).state == "propose")

    clerk.go(f"/lucru/dosar/{about.public_id}/")
    clerk.look("99-replaced")
    old = Document.objects.filter(about=about.public_id).first()
    anybody = visit(width)
    anybody.go(f"/verifica/{old.code}/")
    anybody.look("99-replaced-public")
    assert "Nu mai produce efecte" in anybody.page.inner_text("main")
