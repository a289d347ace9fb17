"""What allauth writes to people: our words, our address, nothing personal in the subject."""

import re
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

ROOT = Path(settings.BASE_DIR) / "templates"
PREFIXES = sorted(str(p.relative_to(ROOT)).removesuffix("_subject.txt") for p in ROOT.glob("*/email/*_subject.txt"))
VALUES = {
    "email": "ana@example.ro",
    "from_email": "ana@example.ro",
    "to_email": "ana.noua@example.ro",
    "deleted_email": "ana@example.ro",
    "activate_url": "http://evil.example/cont/confirm-email/x/",
    "password_reset_url": "http://evil.example/cont/password/reset/?a=1",
    "signup_url": "http://evil.example/cont/signup/",
}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("language", ["ro", "en"])
def test_every_mail_has_our_words_and_our_address(people, settings, prefix, language):
    settings.BASE_URL = "https://des.example.ro"
    request = RequestFactory(HTTP_USER_AGENT="x").get("/", headers={"host": "testserver"})
    with translation.override(language), context.request_context(request):
        get_adapter(request).send_mail(prefix, "ana@example.ro", VALUES | {"user": people.provider})
    sent = mail.outbox[-1]
    assert "ana" not in sent.subject
    assert "@" not in sent.subject
    assert "\n" not in sent.subject.strip()
    assert "https://des.example.ro" in sent.body
    assert "evil.example" not in sent.body
    assert not re.search("testserver|example.com|Hello from|{{|{%|&#", sent.body)


@pytest.mark.parametrize(
    ("page", "data", "link"),
    [
        ("account_reset_password", {"email": "furnizor@demo.example.ro"}, "/cont/password/reset/key/"),
        ("account_signup", {"email": "furnizor@demo.example.ro"}, "/cont/password/reset/"),
        ("account_signup", {"email": "nou@example.ro"}, "/cont/confirm-email/"),
    ],
)
def test_links_lead_to_the_public_address_whatever_host_was_asked(people, settings, page, data, link):
    settings.BASE_URL = "https://des.example.ro"
    password = {"password1": "o parolă lungă 77", "password2": "o parolă lungă 77"}
    Client().post(reverse(page), data | password)
    assert f"https://des.example.ro{link}" in mail.outbox[-1].body


def test_an_unknown_address_learns_nothing_on_the_page_and_gets_no_mail(people, settings):
    known = Client().post(reverse("account_reset_password"), {"email": people.provider.email})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nimeni@example.ro"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [m.to for m in mail.outbox] == [[people.provider.email]]
