"""After the decision, by a browser: a lost key asked for anew, and a change of data."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.browser.test_walk import CLERK, DIRECTOR, HEAD, PROVIDER, decide
from tests.enrolment.about import enrolled

pytestmark = pytest.mark.browser


@pytest.fixture
def enrolment(committed_people):
    """An enrolment whose act and key are issued, in a thread: the browser's event loop stands in the way of sealing."""

    def make():
        try:
            return enrolled(committed_people)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(make).result()


def agree(person, email, number, name):
    """Take the case and agree with what was proposed."""
    decide(person, email, number, name)
    person.page.check("#o_agree")
    person.page.click(".panel button:has-text('Trimiteți')")


def propose(person, number, name):
    decide(person, CLERK, number, name)
    person.page.check("#o_approve")
    person.page.click("text=Trimiteți propunerea")


def sign(person, number, name):
    decide(person, DIRECTOR, number, name)
    person.page.click("text=Citiți și semnați decizia")
    person.confirm_password()
    person.look(f"{name}-text")
    person.page.click("text=Semnez decizia")


def wait_for(person, path, text):
    """The worker has done its part."""
    for _ in range(120):
        person.go(path)
        if person.page.locator(f"text={text}").count():
            return
        person.page.wait_for_timeout(500)
    raise AssertionError(text)


def ask(person, enrolment, button, name):
    """From the page of the enrolment; the draft that opens."""
    person.log_in(PROVIDER)
    person.go(f"/cereri/{enrolment.case.public_id}/")
    person.look(f"{name}-offers")
    person.page.click(f"text={button}")
    person.look(f"{name}-form")


def number_on(person):
    return person.page.locator(".confirmation .big").first.inner_text().split()[1]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_lost_key(enrolment, visit, width):
    provider = visit(width)
    ask(provider, enrolment, "Cereți o cheie de licență nouă", "70-key")
    page = provider.page
    page.check("[name=reason][value=lost]")
    page.click("main form .btn-primary[name=go]")
    provider.look("71-key-review")
    page.click("main form .btn-primary")
    number = number_on(provider)
    propose(visit(width), number, "72-key-clerk")
    sign(visit(width), number, "73-key-director")
    case = enrolment.case.follow_ups.get()
    wait_for(provider, f"/cereri/{case.public_id}/", "Deschideți cheia")
    provider.look("74-key-issued")
    page.click("text=Deschideți cheia")
    provider.confirm_password()
    page.click("text=Arată cheia acum")
    assert re.fullmatch(r"[A-Z]{2}\d{3}(-[A-Z]\d{3}){3}", page.locator(".key").nth(1).inner_text())
    clerk = visit(width)
    clerk.log_in(CLERK)
    clerk.go(f"/lucru/dosar/{enrolment.case.public_id}/")
    clerk.look("75-key-states")
    assert "blocată" in clerk.page.content()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_change_of_data(enrolment, visit, width):
    provider = visit(width)
    ask(provider, enrolment, "Comunicați o schimbare a datelor", "80-change")
    page = provider.page
    page.fill("[name='provider.phone']", "0241999888")
    for _ in range(4):
        page.click("main form .btn-primary[name=go]")
    page.check("[name=declaration]")
    page.check("[name=privacy_notice]")
    page.click("main form .btn-primary[name=go]")
    page.click("main .actions .btn-primary")
    provider.look("81-change-review")
    page.click("main form .btn-primary")
    number = number_on(provider)
    propose(visit(width), number, "82-change-clerk")
    agree(visit(width), HEAD, number, "83-change-head")
    sign(visit(width), number, "84-change-director")
    case = enrolment.case.follow_ups.get()
    wait_for(provider, f"/cereri/{case.public_id}/", "Decizie de schimbare a datelor")
    provider.look("85-change-issued")
    assert "0241999888" in page.content()
    provider.go(f"/cereri/{enrolment.case.public_id}/")
    provider.look("86-enrolment-after-change")
    assert "Date schimbate" in page.content()
