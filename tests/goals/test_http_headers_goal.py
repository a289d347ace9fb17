"""Headers and cookies on every URL of the URLconf and on every error page; nothing to say to `check --deploy`."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from backoffice.http.headers import HEADERS
from tests.platform.test_production_shape import production  # noqa: F401  (fixture)
from tests.test_consistency import SAMPLES, names
from tests.test_http_headers import BOOM, Broken, no_database
from tests.world import act, file_case, open_task

COOKIE_SETTINGS = [
    f"{cookie}_COOKIE_{part}"
    for cookie in ("SESSION", "CSRF", "LANGUAGE")
    for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")
]
ERRORS = {400, 403, 404, 405, 409, 413, 429, 500, 503}


@pytest.fixture
def as_in_production(production, settings):  # noqa: F811
    """The settings of headers and cookies as in production, and the product's URLs with one page that fails."""
    names = [*COOKIE_SETTINGS, "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT"]
    said = f"json.dumps({{n: getattr(settings, n) for n in {names}}})"
    code = f"from django.conf import settings; import json; print({said})"
    environment = production[0] | {"DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    for name, value in json.loads(done.stdout).items():
        setattr(settings, name, value)
    settings.ROOT_URLCONF = Broken
    return settings


def wrong(answer, settings):
    """What this answer lacks or has too much, in words."""
    static = "max-age" in answer.get("Cache-Control", "")
    expected = {name: value for name, value in HEADERS.items() if not (static and name == "Cache-Control")}
    found = [n for n, v in expected.items() if v not in answer.get(n, "")]
    found += [n for n in ("X-Request-Id",) if n not in answer]
    found += [n for n in ("Server", "X-Powered-By", "Access-Control-Allow-Origin") if n in answer]
    if f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains" not in answer.get("Strict-Transport-Security", ""):
        found.append("Strict-Transport-Security")
    for name, cookie in answer.cookies.items():
        good = cookie["secure"] and cookie["httponly"] and cookie["path"] == "/" and not cookie["domain"]
        good = good and (name.startswith("__Host-") or name in ("messages", settings.LANGUAGE_COOKIE_NAME))
        if cookie.value and not good:
            found.append(f"cookie {name}")
    return found


def addresses():
    """Every URL of the URLconf, with sample values where it takes some."""
    for name, pattern in names():
        kinds = {k: type(c).__name__.removesuffix("Converter").lower() for k, c in pattern.pattern.converters.items()}
        given = {k: SAMPLES[kind.replace("string", "str")] for k, kind in kinds.items()}
        groups = {k: "x1" for k in pattern.pattern.regex.groupindex if k not in given}
        yield reverse(name, kwargs=given | groups)


def answers(people, browse, roles):
    """(what was asked, its answer): every error page, every URL as these people by two methods, a static file."""
    yield from error_pages(people, browse)
    for who in roles:
        for url in addresses():
            for method in ("get", "post"):
                client = browse(getattr(people, who)) if who != "anonymous" else Client()
                yield f"{who} {method} {url}", getattr(client, method)(url, secure=True)
    yield "static", Client().get("/static/css/app.css", secure=True)


def error_pages(people, browse):
    """One answer of each kind of error, from the product itself."""
    case = file_case(people.provider)
    clerk = browse(people.clerk)
    yield "400", Client().get("/", secure=True, headers={"host": "evil.example"})
    yield "403 csrf", Client(enforce_csrf_checks=True).post(reverse("account_login"), secure=True)
    yield "403 right", clerk.get(reverse("accounts:people"), secure=True)
    yield "404", clerk.get("/nu-exista/", secure=True)
    yield "405", Client().trace("/", secure=True)
    yield "405 method", clerk.get(reverse("workflows:claim", args=[open_task(case).pk]), secure=True)
    taken = open_task(case).pk
    clerk.post(reverse("workflows:claim", args=[taken]), secure=True)
    act(case, people.clerk, outcome="approve")
    yield "409", clerk.post(reverse("workflows:execute", args=[taken]), secure=True)
    yield "413", clerk.post(reverse("accounts:choose_house"), {"x": "a" * 3_000_000}, secure=True)
    for _ in range(61):
        last = Client(REMOTE_ADDR="192.0.2.5").get(reverse("notifications:verify_any"), secure=True)
    yield "429", last
    yield "500", Client(raise_request_exception=False).get(BOOM, secure=True)
    clerk.raise_request_exception = False
    with no_database():
        yield "503", clerk.get(reverse("workflows:inbox"), secure=True)


def faults(people, browse, settings, roles=("anonymous", "provider", "clerk", "administrator")):
    asked, found, seen = 0, [], set()
    for what, answer in answers(people, browse, roles):
        asked += 1
        seen.add(answer.status_code)
        found += [(what, problem) for problem in wrong(answer, settings)]
    return asked, found, seen


def test_http_headers(people, browse, as_in_production, goal):
    asked, found, seen = faults(people, browse, as_in_production)
    goal(
        "http_headers",
        value=f"{len(found)} faults on {asked} answers of {len(list(addresses()))} URLs; {len(ERRORS & seen)} of "
        f"{len(ERRORS)} kinds of error {found[:3] or ''}",
        target="0; every URL, every error page",
        ok=not found and seen >= ERRORS and asked > 400,
    )


def test_http_headers_self_test_without_the_table(people, browse, as_in_production):
    as_in_production.MIDDLEWARE = [m for m in as_in_production.MIDDLEWARE if "HeadersMiddleware" not in m]
    assert len({what for what, _ in faults(people, browse, as_in_production, ["anonymous"])[1]}) > 100


def test_http_headers_self_test_without_secure_cookies(people, browse, as_in_production):
    as_in_production.SESSION_COOKIE_SECURE = False
    answer = Client().post(
        reverse("account_signup"),
        {"email": "a@example.ro"} | dict.fromkeys(("password1", "password2"), "o parolă lungă 77"),
        secure=True,
    )
    assert [p for p in wrong(answer, as_in_production) if p.startswith("cookie")]


def deploy_check(environment):
    """What `check --deploy` answers: exit code and words."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


def test_deploy_check(production, goal):  # noqa: F811
    code, said = deploy_check(production[0])
    goal("deploy_check", value=said, target="0 issues, 0 silenced", ok=code == 0 and "no issues (0 silenced)" in said)


def test_deploy_check_self_test_hears_a_missing_redirect(production):  # noqa: F811
    assert deploy_check(production[0] | {"SECURE_SSL_REDIRECT": "false"})[0] != 0
