"""Constant queries of inbox and case page; no missing string in either language; axe-core and policy on every page."""

import polib
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.browser import test_walk
from tests.test_consistency import run
from tests.world import file_case
from workflows.models import Case


def cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_query_counts(people, browse, goal):
    client = browse(people.clerk)
    first = file_case(people.provider)
    urls = [reverse("workflows:inbox") + "?lista=all", reverse("workflows:case", args=[first.public_id])]
    one = [cost(client, url) for url in urls]
    for number in range(49):
        file_case(people.provider, name=f"Cabinet {number}")
    fifty = [cost(client, url) for url in urls]
    goal(
        "query_counts",
        value=f"inbox {one[0]} and {fifty[0]}, case page {one[1]} and {fifty[1]} for {Case.objects.count()} rows",
        target="equal for 1 and 50 rows",
        ok=one == fifty,
    )


def test_translations(goal):
    counts = {}
    for language in ("en", "ro"):
        catalogue = polib.pofile(str(settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / "django.po"))
        counts[language] = (len([e for e in catalogue if not e.translated() or e.fuzzy]), len(catalogue))
    checked = run("locale/catalogues.py", "--check").returncode
    goal(
        "translations",
        value=f"{counts['en'][0]} of {counts['en'][1]} English, {counts['ro'][0]} of {counts['ro'][1]} Romanian "
        "overrides missing",
        target="0 missing, catalogues current",
        ok=checked == 0 and counts["en"][0] == counts["ro"][0] == 0,
    )


@pytest.mark.browser
def test_content_policy_and_accessibility(visit, goal):
    """One tour, two promises: nothing that the content policy stops, nothing that axe finds."""
    test_walk.test_the_walk_from_filing_to_the_opened_key(visit, 390)
    test_walk.test_public_and_account_pages_are_sound(visit, 1280, "light")
    test_walk.test_paper_and_rejection_by_a_browser(visit)
    pages = visit.pages()
    found, blocked = visit.violations(), visit.blocked()
    goal(
        "content_policy", value=f"{len(blocked)} violations on {pages} pages", target="0", ok=not blocked and pages > 30
    )
    goal("accessibility", value=f"{len(found)} violations on {pages} pages", target="0", ok=not found and pages > 30)


@pytest.mark.browser
def test_content_policy_and_accessibility_self_test_sees_what_the_policy_stops(visit):
    person = visit(1280)
    person.go("/")
    person.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    person.page.wait_for_timeout(50)
    assert person.page.evaluate("window.ran") is None
    assert [entry for entry in visit.blocked() if "script-src" in entry]
    person.complaints.clear()
