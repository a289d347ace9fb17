"""Whatever else a post carries, it changes what its form changes and nothing more."""

from contextlib import suppress
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Now
from django.urls import get_resolver, reverse

from backoffice.accounts.models import House, Membership, Person, User
from backoffice.crypto.encryption import EncryptedField
from backoffice.jobs.models import Job
from enrolment.providers import demo
from tests import world
from tests.conftest import DAY
from tests.isolation.matrix import scan
from tests.workflows.test_views import PAGES, boxes, paper_data
from workflows import procedures
from workflows.models import Case
from workflows.services import filings

ROOMS = ("accounts", "attachments", "notifications", "providers", "workflows", "audit", "jobs", "account", "mfa")
LASTING = (House, User, Person, Membership)
# Made anew by each run, so that two runs differ in them anyway.
FRESH = {"id", "public_id", "code", "dedupe_key", "object_id", "subject_id", "facts", "request_id", "verifier", "mask"}
FRESH |= {
    "actor_person",
    "key_hash",
    "prev",
    "hash",
    "generation",
    "envelope",
    "password",
    "about",
    "content_sha256",
    "sha256",
    "key",
    "context",
    "data",
    "cnp_index",
    "notice",
}
BESIDES = (
    "cas",
    "house_id",
    "casa",
    "is_staff",
    "is_superuser",
    "person_id",
    "owner_id",
    "user_id",
    "permissions",
    "admin",
)
READ_ONLY = {
    "home",
    "healthz",
    "mine",
    "my_case",
    "my_document",
    "case",
    "verify",
    "verify_any",
    "document",
    "inbox",
    "search",
    "file",
    "file_receipt",
    "account_inactive",
    "account_email_verification_sent",
    "account_reset_password_done",
    "mfa_index",
    "account_reset_password_from_key_done",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "receipt",
    "failed",
    "to_communicate",
    "communicated_document",
    "proof",
    "page",
    "verifier",
    "public_key",
    "sessions",
    "privacy",
    "privacy_of",
    "privacy_pdf",
    *(f"{place}_{page}" for place in ("filing", "paper", "case") for page in ("scan", "scan_page", "scan_original")),
}
HOUSE_DATA = {
    "full_name": "Casa de Asigurări de Sănătate Constanța",
    "street": "Bd. Tomis nr. 1",
    "postal_code": "900178",
    "locality": "Constanța",
    "fiscal_code": "1000025",
    "phone": "0241 000 000",
    "email": "casa@example.ro",
    "court": "Tribunalul Constanța",
    "data_protection_email": "dpo@example.ro",
}


def names():
    """Every name a field has, and those that an attacker would try besides."""
    fields = {n for m in apps.get_models() for f in m._meta.local_fields for n in (f.name, f.attname)}
    return sorted(fields | set(BESIDES))


def hostile(name, people):
    """A value that would do harm if it were taken."""
    if name in ("house", "house_id", "cas", "casa"):
        return str(people.other_house.pk)
    if name in ("person", "person_id"):
        return str(people.stranger.person_id)
    if name in ("owner", "owner_id", "user", "user_id", "holder", "holder_id", "by", "actor_user"):
        return str(people.stranger.pk)
    return {
        "state": "approved",
        "stage": "sign",
        "round": "7",
        "version": "7",
        "number": "9999",
        "language": "en",
        "channel": "email",
        "email": "x@example.ro",
        "due_on": "2030-01-01",
        "filed_on": "2020-01-01",
    }.get(name, "1")


def paper_posts(people, clerk):
    """The answer to a paper request that waits for it, and a fact about the letter that brought its number."""
    keyed = filings.start_paper(
        procedures.get("providers"), house=people.house, channel="counter", reference="M-1", content={}, by=people.clerk
    )
    content = world.application(uic="16180331", number=7)
    content |= {"channel": "counter", "received_on": DAY.isoformat(), "signature": "handwritten", "ref": "M-1"}
    filings.save_paper(keyed, content=content, as_written=())
    [waiting] = filings.submit(keyed, by=people.clerk, today=DAY).cases
    world.run_jobs("workflows.letter")
    world.act(waiting, people.clerk, outcome="completion", reasons=["R11"], text="Completați.")
    yield "paper_answer", clerk, reverse("workflows:paper_answer", args=[waiting.public_id]), {"keep": "1"}
    letter = waiting.deliveries.select_related("document").first().document
    handed = {"act": "handed_over", "day": f"{DAY:%d.%m.%Y}", "to": "POP Ana"}
    yield "communicate", clerk, reverse("workflows:communicate", args=[letter.public_id]), handed


def posts(people, browse, case):
    """Each address that takes a post: who posts there, and what its form sends."""
    clerk, admin, provider = browse(people.clerk), browse(people.administrator), browse(people.provider)
    draft = filings.start_online(procedures.get("providers"), owner=people.provider)
    content = world.application(uic=world.UICS[1])
    filings.save_draft(draft, content=content)
    paper = filings.start_paper(
        procedures.get("providers"), house=people.house, channel="counter", content={}, by=people.clerk
    )
    filings.save_draft(paper, content={"channel": "counter"})
    taken = world.file_case(people.provider, uic=world.UICS[2])
    world.act(taken, people.clerk, outcome="approve")
    mine = world.file_case(people.provider, uic=world.UICS[3])
    from workflows.services import steps

    steps.claim(world.open_task(mine), by=people.clerk)
    step, open_step = world.open_task(mine).pk, world.open_task(case).pk
    newcomer = User.objects.create_user("nou@example.ro", "parola-lunga-1")
    asked = world.file_case(people.provider, uic=world.UICS[4])
    world.act(asked, people.clerk, outcome="completion", reasons=["R11"], text="Completați.")
    later = world.file_case(people.provider)
    decided = world.file_case(people.provider, uic=demo.fiscal_code("16180339"))
    Case.objects.filter(pk=decided.pk).update(state="rejected", decided_at=Now())  # as if it had been issued
    membership = Membership.objects.get(user=people.jurist)
    yield "choose_house", clerk, reverse("accounts:choose_house"), {"house": people.house.code}
    yield (
        "identity",
        browse(newcomer),
        reverse("accounts:identity"),
        {"last_name": "Nou", "first_name": "Venit", "cnp": "2811103409027", "next": "/"},
    )
    yield (
        "people",
        admin,
        reverse("accounts:people"),
        {"email": people.clerk.email, "role": "head", "starts_on": "", "ends_on": "", "stands_in_for": ""},
    )
    yield "house_data", admin, reverse("accounts:house_data"), HOUSE_DATA
    yield "end_role", admin, reverse("accounts:end_role", args=[membership.pk]), {}
    yield "file_new", provider, reverse("workflows:file_new"), {"procedure": "providers"}
    for slug, parts in PAGES.items():
        data = {k: v for part in parts if content[part] is not None for k, v in boxes(content[part], part).items()}
        yield (
            f"file_step {slug}",
            provider,
            reverse("workflows:file_step", args=[draft.public_id, slug]),
            data | {"go": "1"},
        )
    yield "file_review", provider, reverse("workflows:file_review", args=[draft.public_id]), {}
    yield "completion", provider, reverse("workflows:completion", args=[asked.public_id]), {"go": "1"}
    yield "paper_new", clerk, reverse("workflows:paper_new"), {"procedure": "providers"}
    yield "paper", clerk, reverse("workflows:paper", args=[paper.public_id]), paper_data()
    yield from paper_posts(people, clerk)
    yield "claim", clerk, reverse("workflows:claim", args=[open_step]), {}
    yield "release", clerk, reverse("workflows:release", args=[step]), {}
    yield "reassign", browse(people.head), reverse("workflows:reassign", args=[step]), {"to": str(people.clerk2.pk)}
    yield (
        "execute",
        clerk,
        reverse("workflows:execute", args=[step]),
        {"outcome": "reject", "reasons": "R05", "grounds": "ORDER", "text": "Lipsă."},
    )
    head = browse(people.head)
    about = [decided.public_id, "complaints"]
    yield "my_follow_up", provider, reverse("workflows:my_follow_up", args=about), {}
    yield "follow_up", clerk, reverse("workflows:follow_up", args=about), {}
    yield "retry", head, reverse("workflows:retry", args=[case.public_id]), {}
    because = {"text": "Verificăm la colegiu."}
    yield "close", head, reverse("workflows:close", args=[asked.public_id]), because | {"reason": "without_object"}
    yield "join", head, reverse("workflows:join", args=[later.public_id]), {"into": str(case.public_id)}
    extension = because | {"reason": "research", "days": "15"}
    yield "extend", browse(people.director), reverse("workflows:extend", args=[asked.public_id]), extension
    yield "withdraw", provider, reverse("workflows:withdraw", args=[asked.public_id]), {"sure": "true"}
    failed_job = Job.objects.create(kind="mail", object_id=0, house=people.house.pk, dedupe_key="G4", state="failed")
    yield "retry_failed", head, reverse("workflows:retry_failed", args=[failed_job.public_id]), {}
    yield "retry_all_failed", head, reverse("workflows:retry_all_failed"), {"motiv": "x"}
    yield "inspect_again", head, reverse("workflows:inspect_again", args=[asked.public_id]), {}
    uploads = {"filing": (provider, draft), "paper": (clerk, paper), "case": (clerk, asked)}
    for place, (client, of) in uploads.items():
        one = scan(asked.filing if place == "case" else of, people.clerk if place == "paper" else people.provider)
        yield f"{place}_scans", client, reverse(f"workflows:{place}_scans", args=[of.public_id]), {"kind": "x"}
        if place != "case":
            yield (
                f"{place}_scan_remove",
                client,
                reverse(f"workflows:{place}_scan_remove", args=[of.public_id, one]),
                {},
            )
    yield (
        "account_signup",
        browse(people.provider).__class__(),
        reverse("account_signup"),
        {"email": "alt@example.ro", "password1": "o parolă lungă 77", "password2": "o parolă lungă 77"},
    )
    yield (
        "account_change_password",
        provider,
        reverse("account_change_password"),
        {"oldpassword": "demo-parola-2026", "password1": "o parolă lungă 77", "password2": "o parolă lungă 77"},
    )


def state(known):
    """Every row without what is new by nature; the people, houses and roles that were `known` before by their ids."""
    found = {}
    for model in (m for label in ROOMS for m in apps.get_app_config(label).get_models()):
        fields = [f for f in model._meta.local_fields if _lasts(f)]
        rows = model._base_manager.all()
        found[model._meta.label] = sorted(str([(f.name, _value(row, f, known)) for f in fields]) for row in rows)
    return found


def _value(row, field, known):
    value = getattr(row, field.attname)
    return "new" if field.is_relation and value and value not in known[field.related_model] else value


def there():
    """The people, houses and roles that are there now."""
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in LASTING}


def _lasts(field):
    if isinstance(field, models.ForeignKey):
        return field.related_model in LASTING
    personal = isinstance(field, EncryptedField) and field.name not in ("cnp", "last_name", "first_name", "content")
    return field.name not in FRESH and not personal and not isinstance(field, models.DateTimeField)


def after(client, url, data):
    """The state after a post that is taken back again."""
    known, cookies = there(), client.cookies.output(header="", sep=";")
    with suppress(_Back), transaction.atomic():
        status = client.post(url, data).status_code
        result = state(known)
        raise _Back
    client.cookies.clear()  # a session that the post renewed is taken back too
    client.cookies.load(cookies)
    return status, result


class _Back(Exception):
    pass


def changed(people, browse, case):
    """Addresses whose post does something else when it carries every name there is; and how many were tried."""
    wrong, tried = [], 0
    for name, client, url, data in posts(people, browse, case):
        extra = {n: hostile(n, people) for n in names() if n not in data}
        plain = after(client, url, data)
        assert plain[0] in (200, 302, 422), (name, plain[0])
        tried += len(extra)
        if after(client, url, data | extra) != plain:
            wrong.append(name)
    return wrong, tried


def test_mass_assignment(people, browse, case, goal):
    wrong, tried = changed(people, browse, case)
    goal(
        "mass_assignment",
        value=f"changed {len(wrong)} of {tried} {wrong}",
        target="0",
        ok=not wrong and tried > 2000,
    )


def test_mass_assignment_self_test_a_view_that_takes_what_it_is_given_is_seen(people, browse, case):
    """A service that writes any posted field into the case."""
    from workflows.views import steps

    execute = steps.steps.execute

    def careless(found, **kwargs):
        done = execute(found, **kwargs)
        Case.objects.filter(pk=done.pk).update(version=int(posted.get("version", done.version)))
        return done

    posted = {"version": "7"}
    plain = next(p for p in posts(people, browse, case) if p[0] == "execute")
    before = after(*plain[1:])
    with patch.object(steps.steps, "execute", careless):
        assert after(*plain[1:]) != before


def test_mass_assignment_self_test_every_post_is_tried(people, browse, case):
    """An address that is neither tried nor known to take no post is a gap."""
    tried = {name.split()[0] for name, *_ in posts(people, browse, case)}
    ours = {
        p.name
        for r in get_resolver().url_patterns
        for p in getattr(r, "url_patterns", [r])
        if "allauth" not in str(getattr(r, "urlconf_name", ""))
    }
    elsewhere = {"set_language", "key", "hand_over", "case_scan_remove"}  # one value each, tried by their own tests
    assert ours - tried - READ_ONLY - elsewhere == set()


@pytest.mark.parametrize("name", sorted(READ_ONLY & {"mine", "my_case", "case", "inbox"}))
def test_mass_assignment_self_test_what_only_reads_refuses_a_post_or_ignores_it(people, browse, case, name):
    args = [case.public_id] if "case" in name else []
    client = browse(people.provider if name in ("mine", "my_case") else people.clerk)
    before = state(there())
    client.post(reverse(f"workflows:{name}", args=args), {"state": "approved"})
    assert state(there()) == before
