"""What a reader may rely on everywhere: languages whole, a log-in asked on every page, templates used, words right."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import translation
from django.utils.translation import ngettext

from backoffice.accounts.roles import Can, Role, rights_of
from backoffice.audit import codes
from backoffice.jobs import registry
from tests import extras
from tests.world import approved, run_jobs
from workflows import procedures
from workflows.models import Decision

ROOT = Path(settings.BASE_DIR)
SOURCES = [p for room in ("backoffice", "enrolment", "notifications", "workflows") for p in (ROOT / room).rglob("*.py")]
PUBLIC = {"home", "healthz", "set_language", "workflows:file", "notifications:verify", "notifications:verify_any"}
PUBLIC |= {"evidence:page", "evidence:verifier", "evidence:public_key"}
PUBLIC |= {"workflows:privacy", "workflows:privacy_of", "workflows:privacy_pdf"}


def run(*command):
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)


def test_both_languages_are_complete():
    extras.needs("xgettext")
    answer = run("locale/catalogues.py", "--check")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_vendored_assets_are_as_published():
    answer = run("static/update_vendor.py", "--check")
    assert answer.returncode == 0, answer.stdout


def test_romanian_is_written_with_comma_below():
    wrong = [
        p
        for p in [*SOURCES, *(ROOT / "templates").rglob("*"), *(ROOT / "locale").rglob("*.po")]
        if p.is_file() and p.name != "text.py" and re.search("[şŞţŢ]", p.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_every_template_is_used():
    text = "\n".join(p.read_text() for p in [*SOURCES, *(ROOT / "templates").rglob("*.html")])
    names = [str(p.relative_to(ROOT / "templates")) for p in (ROOT / "templates").rglob("*.html")]
    own = [n for n in names if not n.startswith(("account/", "mfa/", "allauth/", "django/", "pdf/"))]
    assert [n for n in own if n not in text] == []


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    sprite = (ROOT / "static" / "icons.svg").read_text()
    text = "\n".join(p.read_text() for p in (ROOT / "templates").rglob("*.html"))
    asked = set(re.findall(r'(?:{% icon |icon_name=)"([a-z-]+)"', text)) | {
        "check-lg",
        "exclamation-octagon",
        "alarm",
        "clock",
    }
    assert [name for name in asked if f'id="{name}"' not in sprite] == []


def test_pages_hold_no_inline_script_or_style():
    text = {p: p.read_text() for p in (ROOT / "templates").rglob("*.html") if "pdf" not in p.parts}
    assert [
        p for p, t in text.items() if re.search(r"<style|style=|\son[a-z]+=|<script(?![^>]*src=)|javascript:", t)
    ] == []


def test_every_event_that_is_recorded_has_its_sentence():
    text = "\n".join(p.read_text() for p in SOURCES)
    recorded = set(re.findall(r'log\.record\(\s*"([a-z._]+)"', text))
    assert recorded <= set(codes.every())


def test_every_right_belongs_to_a_role_and_every_role_has_rights():
    given = {
        (role, right) for role in Role for procedure in procedures.every() for right in rights_of(role, procedure.code)
    }
    assert {right for _role, right in given} == set(Can)
    assert {role for role, _right in given} == set(Role)


def test_every_kind_of_work_has_a_queue_that_workers_serve():
    from backoffice.celery import app

    assert {registry.queue_of(kind) for kind in registry.kinds()} <= {q.name for q in app.conf.task_queues}
    assert {"completion_clock", "providers.issue", "mail"} <= set(registry.kinds())


def names(patterns=None, prefix=""):
    for pattern in patterns or get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield prefix + pattern.name, pattern


SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": 1, "str": "A" * 26, "slug": "furnizor"}


def test_every_page_of_ours_asks_for_a_log_in_unless_it_is_public(db):
    ours = [(n, p) for n, p in names() if not n.startswith(("account_", "mfa_"))]
    assert len(ours) > 25
    for name, pattern in ours:
        kwargs = {
            k: SAMPLES[type(c).__name__.removesuffix("Converter").lower().replace("string", "str")]
            for k, c in pattern.pattern.converters.items()
        }
        url = reverse(name, kwargs=kwargs)
        for method in ("get", "post"):
            answer = getattr(Client(), method)(url)
            asked = answer.status_code == 302 and answer.url.startswith(reverse("account_login"))
            assert asked != (name in PUBLIC), (name, method, answer.status_code)


def test_get_writes_nothing(people, browse, case):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    approved(case, people)
    run_jobs()
    pages = [
        (people.clerk, reverse("workflows:inbox")),
        (people.clerk, reverse("workflows:search") + "?q=1"),
        (people.clerk, reverse("workflows:case", args=[case.public_id])),
        (people.provider, reverse("workflows:mine")),
        (people.provider, reverse("workflows:my_case", args=[case.public_id])),
        (people.provider, reverse("providers:key", args=[case.public_id])),
        (people.provider, reverse("workflows:file_receipt", args=[case.filing.public_id])),
        (people.administrator, reverse("accounts:people")),
        (people.administrator, reverse("accounts:house_data")),
    ]
    for user, url in pages:
        client = browse(user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        writes = [
            q["sql"]
            for q in queries
            if not q["sql"]
            .lstrip()
            .upper()
            .startswith(("SELECT", "SAVEPOINT", "RELEASE", "SET LOCAL ROLE", "RESET ROLE"))
        ]
        assert [w for w in writes if "accounts_session" not in w] == []


def test_answers_carry_their_headers(people, browse, case):
    answer = browse(people.clerk).get(reverse("workflows:case", args=[case.public_id]))
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_identity_numbers_are_ciphertext_in_the_database(people, case):
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("accounts_person", "workflows_version", "workflows_filing", "notifications_document"):
            cursor.execute(f"select t::text from {table} t")
            stored = "".join(row[0] for row in cursor.fetchall())
            assert "1750514139013" not in stored
            assert b"1750514139013".hex() not in stored


def test_an_encrypted_column_cannot_be_searched():
    from backoffice.accounts.models import Person

    with pytest.raises(TypeError, match="blind index"):
        list(Person.objects.filter(cnp="1750514139013"))


def test_constraints_have_a_sentence_where_a_person_can_meet_them():
    for constraint in Decision._meta.constraints:
        if constraint.name.startswith(("one_", "four_", "return_", "rejection_")):
            assert "violat" not in str(constraint.violation_error_message)


@pytest.mark.parametrize("language", ["ro", "en"])
def test_pages_speak_the_chosen_language(people, browse, case, language):
    client = browse(people.clerk)
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    text = client.get(reverse("workflows:case", args=[case.public_id])).content.decode()
    assert ("Ce se cere" in text) == (language == "ro")
    assert ("What is asked" in text) == (language == "en")
    assert ("Individual medical practice" in text) == (language == "en")


@pytest.mark.parametrize(("days", "says"), [(1, "1 zi rămasă"), (19, "19 zile rămase"), (20, "20 de zile rămase")])
def test_romanian_counts_with_de_from_twenty_on(days, says):
    with translation.override("ro"):
        assert ngettext("{n} zi rămasă", "{n} zile rămase", days).format(n=days) == says
