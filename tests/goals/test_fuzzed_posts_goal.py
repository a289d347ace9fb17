"""Whatever is posted to any page, by who may post there: no error page, and nothing comes back as markup."""

import os
import re

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import Membership, User
from backoffice.http import throttle
from backoffice.jobs.models import Job
from tests.goals.test_mass_assignment_goal import paper_posts
from tests.isolation.matrix import scan
from tests.test_consistency import names
from tests.world import UICS, act, approved, file_case, open_task, run_jobs
from workflows.models import Filing

CAMPAIGN = os.environ.get("SCALE") == "campaign"
SHARE = 1 if CAMPAIGN else 3  # CI posts every third payload to each URL, another third to the next
MARK = "zq9"  # in every payload that would be markup if it came back as it went
BROKEN_OUT = re.compile(rf"<[a-z/!]*\s*{MARK}|[\"']\s*on\w+={MARK}|1337{MARK}".encode())

TEXTS = [
    "",
    " ",
    "\x00",
    f"a\x00{MARK}",
    f"<{MARK}>",
    f"<script {MARK}>alert(1)</script>",
    f"<img {MARK} src=x onerror=alert(1)>",
    f'"><{MARK}>',
    f'" onfocus={MARK} autofocus="',
    f"' onmouseover={MARK} '",
    f"</textarea><{MARK}>",
    f"</title><{MARK}>",
    f"<!--<{MARK}-->",
    f"javascript:{MARK}",
    f"<svg/onload={MARK}>",
    "'; drop table accounts_user; --",
    "' or '1'='1",
    "1); select pg_sleep(0); --",
    "\\",
    "%s %(x)s {0} {x}",
    "%00%0a",
    f"{{{{ 7|add:1330 }}}}{MARK}",
    f"{{% now 'Y' %}}{MARK}",
    f"${{7*191}}{MARK}",
    "{{ settings.SECRET_KEY }}",
    "\u202eabc\u202c",
    "\u200b\u2066\ufeff",
    "\ud7ff\ue000\uffff",
    "😀" * 300,
    "ș" * 5000,
    "e\u0301" * 200,
    "\r\nSet-Cookie: a=b",
    "-1",
    "0",
    "9" * 30,
    "1e309",
    "NaN",
    "²",
    "true",
    "null",
    "[]",
    "{}",
    "*",
    "../../../etc/passwd",
    "//evil.example",
    "https://evil.example",
    "31.02.2026",
    "00000000-0000-4000-8000-000000000000",
]


def shapes(fields):
    """Bodies that no form would send: (data, content type)."""
    form = "application/x-www-form-urlencoded"
    yield f"{fields[0]}=%ff%fe%c3".encode(), form
    yield b"\xff\xfe=\xc3\x28&" * 50, form
    yield "&".join(f"{fields[0]}={n}" for n in range(3000)), form  # an array where one value is asked for
    yield "&".join(f"{name}[]=a&{name}[x][y]=b" for name in fields), form
    yield "&".join(f"{fields[0]}{'.0' * n}=x" for n in range(1, 200)), form  # names nested deep
    yield "&".join(f"x{n}=1" for n in range(5900)), form
    yield "&".join(f"x{n}=1" for n in range(6100)), form  # one field too many
    yield f"{fields[0]}={'a' * 1_000_000}", form
    yield "a=" + "b" * 3_000_000, form  # a body too large
    yield '{"a": ' * 500, "application/json"
    yield "<a/>", "text/xml"
    yield b"--x\r\nnonsense", "multipart/form-data; boundary=x"
    yield (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\x00.pdf"\r\n\r\n%PDF\r\n--x--',
        "multipart/form-data; boundary=x",
    )
    yield b"", "multipart/form-data"
    yield b"a=1", "multipart/form-data; boundary=" + "y" * 300
    yield "a=1", "application/x-www-form-urlencoded; charset=utf-7"


PLACES = ("filing", "paper", "case")
# What only shows: it takes no POST, or treats one as a GET.
READS = {
    "home",
    "healthz",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "mfa_index",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "workflows:mine",
    "workflows:my_case",
    "workflows:my_document",
    "workflows:file",
    "workflows:file_receipt",
    "workflows:inbox",
    "workflows:search",
    "workflows:case",
    "workflows:document",
    "workflows:failed",
    "workflows:proof",
    "evidence:page",
    "evidence:verifier",
    "evidence:public_key",
    "workflows:to_communicate",
    "workflows:communicated_document",
    "workflows:privacy",
    "workflows:privacy_of",
    "workflows:privacy_pdf",
    *(f"workflows:{place}_{page}" for place in PLACES for page in ("scan", "scan_page", "scan_original")),
}
# Names that pages without a form of their own take.
TAKEN = [
    "next",
    "language",
    "house",
    "to",
    "session",
    "others",
    "outcome",
    "reasons",
    "text",
    "text_sha256",
    "go",
    "add",
]


@pytest.fixture
def places(people, browse, monkeypatch, settings):
    """Name of each URL that takes a POST -> (person who may post there, URL). Limits would hide what is behind them."""
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(throttle, "count", lambda key, seconds: (1, seconds))
    nobody = User.objects.create_user("nou@demo.example.ro", "x")
    taken, offered, asked, signing, issued = (file_case(people.provider, uic=u) for u in UICS)
    clerk = browse(people.clerk)
    clerk.post(reverse("workflows:claim", args=[open_task(taken).pk]))
    act(asked, people.clerk, outcome="completion", reasons=("R11",), text="Lămuriți.")
    act(signing, people.clerk, outcome="approve")
    act(signing, people.head, outcome="agree")
    browse(people.director).post(reverse("workflows:claim", args=[open_task(signing).pk]))
    approved(issued, people)
    run_jobs()
    (*_clerk, answering, _keep), (*_same, communicating, _fact) = paper_posts(people, clerk)
    provider = browse(people.provider)
    draft = provider.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    filing = Filing.objects.get(submitted_at=None, channel="online")
    paper = clerk.post(reverse("workflows:paper_new")).url
    of_case = {"public_id": issued.public_id}
    about = of_case | {"procedure": "complaints"}
    role = Membership.objects.get(user=people.clerk2)
    failed_job = Job.objects.create(kind="mail", object_id=0, house=people.house.pk, dedupe_key="fuzz", state="failed")
    on_paper = Filing.objects.get(house__isnull=False, submitted_at=None)
    uploads = {"filing": (people.provider, filing), "paper": (people.clerk, on_paper), "case": (people.clerk, asked)}
    scans = {}
    for place, (person, of) in uploads.items():
        one = scan(asked.filing if place == "case" else of, people.provider if place == "case" else person)
        scans[f"workflows:{place}_scans"] = (person, reverse(f"workflows:{place}_scans", args=[of.public_id]))
        scans[f"workflows:{place}_scan_remove"] = (
            person,
            reverse(f"workflows:{place}_scan_remove", args=[of.public_id, one]),
        )
    return scans | {
        "workflows:inspect_again": (people.head, reverse("workflows:inspect_again", kwargs=of_case)),
        "workflows:retry_failed": (people.head, reverse("workflows:retry_failed", args=[failed_job.public_id])),
        "workflows:retry_all_failed": (people.head, reverse("workflows:retry_all_failed")),
        "set_language": (None, reverse("set_language")),
        "notifications:verify_any": (None, reverse("notifications:verify_any")),
        "notifications:verify": (None, reverse("notifications:verify", args=["A" * 26])),
        "account_login": (None, reverse("account_login")),
        "account_signup": (None, reverse("account_signup")),
        "account_reset_password": (None, reverse("account_reset_password")),
        "account_confirm_email": (None, reverse("account_confirm_email", args=["x"])),
        "account_reset_password_from_key": (None, reverse("account_reset_password_from_key", args=["1", "x-y"])),
        "account_logout": (people.provider, reverse("account_logout")),
        "account_reauthenticate": (people.provider, reverse("account_reauthenticate")),
        "account_change_password": (people.provider, reverse("account_change_password")),
        "account_set_password": (people.provider, reverse("account_set_password")),
        "account_email": (people.provider, reverse("account_email")),
        "mfa_authenticate": (None, reverse("mfa_authenticate")),
        "mfa_reauthenticate": (people.provider, reverse("mfa_reauthenticate")),
        "mfa_activate_totp": (people.provider, reverse("mfa_activate_totp")),
        "mfa_deactivate_totp": (people.provider, reverse("mfa_deactivate_totp")),
        "mfa_generate_recovery_codes": (people.provider, reverse("mfa_generate_recovery_codes")),
        "accounts:identity": (nobody, reverse("accounts:identity")),
        "accounts:sessions": (people.provider, reverse("accounts:sessions")),
        "accounts:choose_house": (people.clerk, reverse("accounts:choose_house")),
        "accounts:people": (people.administrator, reverse("accounts:people")),
        "accounts:house_data": (people.administrator, reverse("accounts:house_data")),
        "accounts:end_role": (people.administrator, reverse("accounts:end_role", args=[role.pk])),
        "providers:key": (people.provider, reverse("providers:key", kwargs=of_case)),
        "workflows:file_new": (people.provider, reverse("workflows:file_new")),
        "workflows:file_step": (people.provider, draft),
        "workflows:file_review": (people.provider, reverse("workflows:file_review", args=[filing.public_id])),
        "workflows:completion": (people.provider, reverse("workflows:completion", args=[asked.public_id])),
        "workflows:paper_answer": (people.clerk, answering),
        "workflows:communicate": (people.clerk, communicating),
        "workflows:paper_new": (people.clerk, reverse("workflows:paper_new")),
        "workflows:paper": (people.clerk, paper),
        "providers:hand_over": (people.clerk, reverse("providers:hand_over", kwargs=of_case)),
        "workflows:my_follow_up": (people.provider, reverse("workflows:my_follow_up", kwargs=about)),
        "workflows:follow_up": (people.clerk, reverse("workflows:follow_up", kwargs=about)),
        "workflows:retry": (people.head, reverse("workflows:retry", kwargs=of_case)),
        "workflows:close": (people.head, reverse("workflows:close", args=[offered.public_id])),
        "workflows:join": (people.head, reverse("workflows:join", args=[offered.public_id])),
        "workflows:extend": (people.director, reverse("workflows:extend", args=[offered.public_id])),
        "workflows:withdraw": (people.provider, reverse("workflows:withdraw", args=[offered.public_id])),
        "workflows:claim": (people.clerk, reverse("workflows:claim", args=[open_task(offered).pk])),
        "workflows:release": (people.clerk, reverse("workflows:release", args=[open_task(taken).pk])),
        "workflows:reassign": (people.head, reverse("workflows:reassign", args=[open_task(taken).pk])),
        "workflows:execute": (people.clerk, reverse("workflows:execute", args=[open_task(taken).pk])),
        "workflows:act (sign)": (people.director, reverse("workflows:execute", args=[open_task(signing).pk])),
    }


def fields_of(page):
    """The names on the page of a form."""
    found = re.findall(r'name="([^"]+)"', page.content.decode(errors="replace")) if page.status_code == 200 else []
    return [name for name in dict.fromkeys([*found, *TAKEN]) if name != "csrfmiddlewaretoken"]


def bodies(fields, turn):
    """The share of payloads that falls to this URL: each text in every field at once, and the odd shapes."""
    texts = [(dict.fromkeys(fields[:40], text), None) for text in TEXTS]
    return [body for number, body in enumerate([*texts, *shapes(fields)]) if (number + turn) % SHARE == 0]


def fuzz(places, browse):
    """Post everything everywhere, each in a savepoint: (posts, statuses over 499, bodies that came back raw)."""
    posts, failed, reflected = 0, [], []
    for turn, (name, (user, url)) in enumerate(places.items()):
        client = browse(user) if user else Client()
        client.raise_request_exception = False
        cookies = client.cookies.copy()
        for data, kind in bodies(fields_of(client.get(url)), turn):
            client.cookies = cookies.copy()
            with transaction.atomic():
                options = {"content_type": kind} if kind else {}
                answer = client.post(url, data, **options)
                posts += 1
                if answer.status_code >= 500:
                    failed.append((name, answer.status_code, str(data)[:80]))
                if BROKEN_OUT.search(answer.content):
                    reflected.append((name, str(data)[:80]))
                transaction.set_rollback(True)
    return posts, failed, reflected


def test_fuzzed_posts(places, browse, goal):
    unclassified = {name for name, _ in names()} - set(places) - READS
    posts, failed, reflected = fuzz(places, browse)
    payloads = len(TEXTS) + len(list(shapes(["x"])))
    goal(
        "fuzzed_posts",
        value=f"{len(failed)} error pages, {len(reflected)} reflected, {len(unclassified)} unclassified in {posts} "
        "posts"
        f" of {payloads} payloads to {len(places)} pages {failed[:3] + reflected[:3] or ''}",
        target="0",
        ok=not failed and not reflected and not unclassified and posts >= len(places) * payloads // SHARE * 0.9,
    )


def test_fuzzed_posts_self_test_notices_an_error_and_markup(places, browse, monkeypatch):
    def careless(request):
        text = request.POST.get("session", "")
        if "\x00" in text:
            raise ValueError
        return HttpResponse(text)

    only = {"accounts:sessions": places["accounts:sessions"]}
    pattern = next(p for n, p in names() if n == "accounts:sessions")
    monkeypatch.setattr(pattern, "callback", careless)
    _posts, failed, reflected = fuzz(only, browse)
    assert failed
    assert reflected
