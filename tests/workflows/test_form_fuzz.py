"""Whatever a browser, or something that is none, posts to the binding: no error page, and the draft still opens."""

import random

import pytest
from django.urls import reverse

from enrolment.providers.form import FORM
from tests.world import act, file_case, open_task
from workflows.models import Filing

WORDS = [
    "provider",
    "work_points",
    "legal_representative",
    "physicians",
    "des_channel",
    "application",
    "declaration",
    "0",
    "1",
    "99",
    "²",
    "-1",
    "name",
    "uic",
    "address",
    "county",
    "specialties",
    "code",
    "malpractice",
    "work_point",
    "headquarters",
    "service_categories",
    "identity_document",
    "valid_until",
    "emergency_role",
    "",
    "x",
    "__proto__",
]
VALUES = [
    "",
    "x",
    "*",
    "0",
    "true",
    "\x00",
    "😀",
    "9" * 5000,
    "<script>alert(1)</script>",
    "'; drop table x",
    "{{ 7*7 }}",
    "S04",
    "ș" * 300,
]
SLUGS = [page.slug for page in FORM.pages]
SEED = 7


def posts(count):
    chance = random.Random(SEED)
    for _ in range(count):
        names = [".".join(chance.choices(WORDS, k=chance.randint(1, 5))) for _ in range(chance.randint(1, 8))]
        data = {name: chance.choice(VALUES) for name in names}
        data |= chance.choice(
            [{"go": "1"}, {"add": chance.choice(names)}, {"remove": chance.choice(names)}, {"leave": "1"}, {}]
        )
        yield chance.choice(SLUGS), data


@pytest.fixture
def client(people, browse):
    return browse(people.provider)


def test_no_post_breaks_the_online_form(client):
    client.post(reverse("workflows:file_new"), {"procedure": "providers"})
    filing = Filing.objects.get()
    for slug, data in posts(40):
        url = reverse("workflows:file_step", args=[filing.public_id, slug])
        answer = client.post(url, data)
        assert answer.status_code in (200, 302, 422), data
        for page in (url, reverse("workflows:file_review", args=[filing.public_id])):
            shown = client.get(page)
            assert shown.status_code == 200, data
            assert b"<script>alert(1)</script>" not in answer.content + shown.content


def test_no_post_breaks_the_paper_form(people, browse):
    client = browse(people.clerk)
    url = client.post(reverse("workflows:paper_new")).url
    for _slug, data in posts(15):
        assert client.post(url, data | {"ref": "\x00", "as_written": "provider.uic"}).status_code in (200, 302, 422), (
            data
        )
        assert client.get(url).status_code == 200, data


def test_no_post_breaks_a_completion(people, client):
    case = file_case(people.provider)
    act(case, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    url = reverse("workflows:completion", args=[case.public_id])
    for _slug, data in posts(12):
        assert client.post(url, data | {"go": "1"}).status_code in (302, 422), data
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("value", VALUES)
def test_no_answer_breaks_a_step(people, browse, case, value):
    client = browse(people.clerk)
    task = open_task(case).pk
    client.post(reverse("workflows:claim", args=[task]))
    answer = client.post(
        reverse("workflows:execute", args=[task]),
        {"outcome": value, "reasons": value, "text": value, "text_sha256": value},
    )
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.state == "propose"
