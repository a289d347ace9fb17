"""A longer term and the ends without a decision, by a browser over real processes."""

from datetime import timedelta

import pytest

from tests.browser.test_walk import CLERK, DIRECTOR, HEAD, PROVIDER
from tests.conftest import DAY
from tests.world import file_case

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_a_clerk_is_refused_the_director_extends_and_the_applicant_reads_the_new_day(visit, site, width):
    case = file_case(site.people.provider, today=DAY - timedelta(days=30))
    place = f"/lucru/dosar/{case.public_id}/"
    clerk = visit(width)
    clerk.log_in(CLERK)
    clerk.go(place)
    clerk.page.click("text=Preluați dosarul")
    clerk.page.check("#o_completion")
    clerk.page.check("#c_R11")
    clerk.page.fill("[name=text]", "Lămuriți autorizația.")
    clerk.page.click("text=Trimiteți propunerea")
    clerk.page.wait_for_selector("text=Cereți directorului")
    clerk.look("80-completion-refused")

    director = visit(width)
    director.log_in(DIRECTOR)
    director.go(place)
    director.look("81-director-case")
    director.page.click("text=Prelungiți termenul")
    director.page.click("main form .btn-primary")
    director.page.wait_for_selector("text=Alegeți motivul")
    director.look("82-extend-refused")
    director.page.locator("[name=reason]").first.check()
    director.page.fill("[name=text]", "Verificăm avizul la colegiu.")
    director.page.click("main form .btn-primary")
    director.page.wait_for_selector("text=Termenul este prelungit")
    director.look("83-extended")

    clerk.page.click("text=Trimiteți propunerea")
    clerk.page.wait_for_selector("text=Solicitarea de completări a fost trimisă")
    case.refresh_from_db()
    provider = visit(width)
    provider.log_in(PROVIDER)
    provider.go(f"/cereri/{case.public_id}/")
    provider.look("84-extended-mine")
    assert f"= {case.entry.day + timedelta(days=45):%d.%m.%Y}" in provider.page.inner_text("main")
    assert "Verificăm avizul la colegiu." in provider.page.inner_text("main")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_head_joins_one_closes_the_other_and_the_applicant_withdraws_a_third(visit, site, width):
    first, later = file_case(site.people.provider), file_case(site.people.provider)
    own = file_case(site.people.provider, uic="98765438")
    head = visit(width)
    head.log_in(HEAD)
    head.go(f"/lucru/dosar/{later.public_id}/")
    head.look("85-head-case")
    head.page.click("text=Conexați la alt dosar")
    head.look("86-join")
    head.page.click("main form .btn-primary")
    head.page.wait_for_selector("text=Dosarul este conexat")
    head.look("87-joined")
    head.go(f"/lucru/dosar/{first.public_id}/claseaza/")
    head.look("88-close")
    head.page.locator("[name=reason]").nth(2).check()
    head.page.fill("[name=text]", "Furnizorul s-a desființat.")
    head.page.click("main form .btn-danger")
    head.page.wait_for_selector("text=Dosarul este clasat")
    head.look("89-closed")
    head.go("/lucru/?lista=all")
    head.look("90-inbox")
    assert str(first.entry) not in head.page.inner_text("main")

    provider = visit(width)
    provider.log_in(PROVIDER)
    for case, name in ((later, "91-joined-mine"), (first, "92-closed-mine")):
        provider.go(f"/cereri/{case.public_id}/")
        provider.look(name)
    provider.go(f"/cereri/{own.public_id}/")
    provider.page.click("text=Retrag cererea")
    provider.look("93-withdraw")
    provider.page.check("[name=sure]")
    provider.page.click("main form .btn-danger")
    provider.page.wait_for_selector("text=Cererea este retrasă")
    provider.look("94-withdrawn")
    provider.go("/cereri/")
    provider.look("95-mine")
    assert "Retrasă" in provider.page.inner_text("main")
