"""What a house says of itself and what its rejections rest on, at a screen."""

import pytest

from backoffice.accounts.models import ENTERED, House
from tests.world import file_case

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_the_data_of_the_house_by_a_browser(visit, site, width):
    House.objects.filter(pk=site.people.house.pk).update(**dict.fromkeys(ENTERED, ""))
    person = visit(width)
    person.log_in("administrator@demo.example.ro")
    person.go("/cont/datele-casei/")
    person.confirm_password()
    person.look("80-house-data-empty")
    person.page.fill("[name=street]", "Bd. Tomis nr. 1")
    person.page.fill("[name=fiscal_code]", "123")
    person.page.click("main .btn-primary")
    person.look("81-house-data-wrong")
    typed = {
        "postal_code": "900178",
        "fiscal_code": "RO 1000025",
        "phone": "0241 000 000",
        "email": "casa@example.ro",
        "data_protection_email": "dpo@example.ro",
    }
    for name, value in typed.items():
        person.page.fill(f"[name={name}]", value)
    person.page.click("main .btn-primary")
    person.look("82-house-data-saved")
    assert House.objects.get(pk=site.people.house.pk).missing_data() == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_grounds_of_a_rejection_by_a_browser(visit, site, width):
    case = file_case(site.people.provider)
    address = f"/lucru/dosar/{case.public_id}/"
    clerk = visit(width)
    clerk.log_in("functionar1@demo.example.ro")
    clerk.go(address)
    clerk.page.click("text=Preluați dosarul")
    clerk.page.check("#o_reject")
    clerk.page.check("#r_R05")
    for box in clerk.page.locator("[name=grounds]").all():
        box.uncheck()
    clerk.page.fill("[name=text]", "Autorizația nu a fost prezentată.")
    clerk.page.click("text=Trimiteți propunerea")
    clerk.look("83-rejection-without-article")
    clerk.page.check("[name=grounds][value=ORDER]")
    clerk.page.click("text=Trimiteți propunerea")
    jurist = visit(width)
    jurist.log_in("jurist1@demo.example.ro")
    jurist.go(address)
    jurist.page.click("text=Preluați dosarul")
    jurist.look("84-visa-grounds")
    jurist.page.click("main form .btn-primary >> text=Trimiteți")
    case.refresh_from_db()
    assert case.state == "endorse"
