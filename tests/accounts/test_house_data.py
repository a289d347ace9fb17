"""What a house says of itself in its acts: its administrator enters it, nobody invents it."""

import pytest
from django.db import connection
from django.urls import reverse

from backoffice.accounts import tenant
from backoffice.accounts.models import ENTERED, House
from backoffice.accounts.roles import Role
from backoffice.accounts.services import memberships
from backoffice.audit.models import Event
from backoffice.isolation import context, roles
from tests.conftest import DAY
from tests.world import act, sign
from workflows.errors import Refused
from workflows.services import texts

PAGE = "accounts:house_data"
DATA = {
    "full_name": "Casa de Asigurări de Sănătate Constanța",
    "street": "Bd. Tomis nr. 1",
    "postal_code": "900 178",
    "locality": "Constanța",
    "fiscal_code": "RO 1000025",
    "phone": "0241 123 456",
    "email": "casa@example.ro",
    "court": "Tribunalul Constanța, secția de contencios administrativ și fiscal",
    "data_protection_email": "dpo@example.ro",
}


def forget(house):
    House.objects.filter(pk=house.pk).update(**dict.fromkeys(ENTERED, ""))
    house.refresh_from_db()


def test_the_administrator_enters_the_data_of_the_house_and_acts_bear_them(people, browse):
    forget(people.house)
    client = browse(people.administrator)
    page = client.get(reverse(PAGE)).content.decode()
    assert "Casa de Asigurări de Sănătate Constanța" in page  # proposed, to be confirmed
    assert "Tribunalul Constanța, secția de contencios administrativ și fiscal" in page
    assert "Fără ele nu se semnează acte." in page
    assert client.post(reverse(PAGE), DATA).status_code == 302
    people.house.refresh_from_db()
    words = texts.house_words(people.house)
    assert words["address"] == "Bd. Tomis nr. 1, Constanța, județul Constanța, cod poștal 900178"
    assert words["fiscal_code"] == "1000025"
    assert people.house.data_protection_email == "dpo@example.ro"
    assert people.house.missing_data() == []
    event = Event.objects.get(code="house.entered")
    assert (event.house, event.actor_user) == (people.house.pk, people.administrator.pk)
    assert set(event.facts["fields"]) == set(ENTERED)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("fiscal_code", "1000026", "Codul de identificare fiscală nu este corect"),
        ("postal_code", "9001", "Codul poștal are 6 cifre"),
        ("phone", "241", "Telefonul are 10 cifre"),
        ("email", "casa", "e-mail"),
        ("street", " ", "Câmpul acesta apare în acte: completați-l."),
        ("court", "", "Câmpul acesta apare în acte: completați-l."),
    ],
)
def test_what_is_wrong_is_said_at_its_box_and_nothing_is_saved(people, browse, field, value, sentence):
    before = House.objects.get(pk=people.house.pk).street
    answer = browse(people.administrator).post(reverse(PAGE), DATA | {field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'href="#id_{field}"' in answer.content.decode()
    assert House.objects.get(pk=people.house.pk).street == before


def test_nobody_else_of_the_house_enters_them(people, browse):
    for other in (people.clerk, people.head, people.director, people.provider, people.stranger):
        assert browse(other).get(reverse(PAGE)).status_code == 403
        assert browse(other).post(reverse(PAGE), DATA).status_code == 403


def test_only_the_administrator_sees_the_link(people, browse):
    assert "Datele casei" in browse(people.administrator).get(reverse("accounts:people")).content.decode()
    assert "Datele casei" not in browse(people.clerk).get(reverse("workflows:inbox")).content.decode()


def entered_in_sql(user, house):
    """What the database itself says, whatever the code above does."""
    with context.tenant_transaction(roles.WEB):
        tenant.enter_account(user.pk)
        with connection.cursor() as cursor:
            cursor.execute("select house_enter(%s, '{}'::jsonb || %s::jsonb)", [house.pk, '{"street": "X"}'])
            return cursor.fetchone()[0]


def test_the_database_lets_only_the_administrator_of_that_house_write(people):
    for other in (people.clerk, people.director, people.provider, people.stranger):
        assert not entered_in_sql(other, people.house)
    assert not entered_in_sql(people.administrator, people.other_house)
    memberships.start(user=people.stranger, house=people.other_house, role=Role.ADMINISTRATOR, starts_on=DAY, by=None)
    assert not entered_in_sql(people.stranger, people.house)


def test_in_production_no_act_of_a_house_without_data_is_signed(people, case, settings):
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    settings.PRODUCTION = True
    forget(people.house)
    with pytest.raises(Refused) as refused:
        sign(case, people.director)
    sentence = str(refused.value.sentence)
    assert "Strada și numărul" in sentence
    assert "Administratorul de conturi al casei" in sentence
    assert "Datele casei" in sentence
    case.refresh_from_db()
    assert case.state == "sign"


def test_in_production_an_act_of_a_house_with_data_is_signed(people, case, settings):
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    settings.PRODUCTION = True
    assert sign(case, people.director).state == "issuing"


def test_a_case_goes_back_all_the_same(people, case, settings):
    act(case, people.clerk, outcome="approve")
    act(case, people.head, outcome="agree")
    settings.PRODUCTION = True
    forget(people.house)
    assert act(case, people.director, outcome="return", text="Verificați.").state == "propose"


def test_a_house_without_data_invents_none(people):
    forget(people.other_house)
    words = texts.house_words(people.other_house)
    assert (words["full_name"], words["address"], words["fiscal_code"]) == (
        "CAS Cluj",
        "Cluj-Napoca, județul Cluj",
        "",
    )


def test_the_data_of_the_demo_say_so(people):
    assert "DEMO" in people.house.street
    assert people.house.email.endswith("@demo.example.ro")
