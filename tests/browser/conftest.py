"""A browser, real web and worker processes, and a person who looks: every page is photographed and judged by axe."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import sync_playwright

from backoffice.accounts.demo import PASSWORD
from tests import extras
from tests.world import broker_number

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENSHOTS = django_settings.VAR_DIR / "screenshots"


# Not for the whole session: the browser's event loop would stand in the way of sealing in other tests.
@pytest.fixture(scope="module")
def chromium():
    path = extras.browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(committed_people):
    """The running product: a web process and a worker on the test's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    broker = f"{django_settings.CELERY_BROKER_URL.split('?')[0]}?virtual_host={broker_number(11)}"
    environment = os.environ | {
        "DATABASE_NAME": connection.settings_dict["NAME"],
        "TEST_BROKER": broker,
        "PORT": str(port),
        "DEMO": "1",
        "REDIS_URL": broker,
    }
    commands = [
        [
            sys.executable,
            "-m",
            "gunicorn",
            "tests.browser.wsgi_app",
            "--bind",
            f"127.0.0.1:{port}",
            "--threads",
            "4",
            "--worker-class",
            "gthread",
            "--log-level",
            "error",
        ],
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.jobs.celery_app",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "error",
        ],
    ]
    processes = [
        subprocess.Popen(
            c,
            env=environment | {"PROCESS": role},
            cwd=django_settings.BASE_DIR,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for role, c in zip(("web", "worker"), commands, strict=True)
    ]
    try:
        _await(f"http://127.0.0.1:{port}/healthz")
        yield SimpleNamespace(url=f"http://127.0.0.1:{port}", people=committed_people)
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


def _await(url):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web process did not start")


def _is_complaint(message):
    """Errors and warnings, but for the browser's own note that a page answered 4xx: tests ask for those."""
    return message.type in ("error", "warning") and "responded with a status of 4" not in message.text


class Visitor:
    """A person at a screen of some width; notes what went wrong on the way."""

    def __init__(self, browser, site, *, width, language="ro-RO", scripts=True, scheme="light"):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts, color_scheme=scheme
        )
        self.page = self.context.new_page()
        self.site, self.width = site, width
        self.complaints, self.violations, self.looked = [], [], 0
        self.blocked = []  # what the Content-Security-Policy stopped
        self.page.expose_function("notePolicy", lambda text: self.blocked.append(text))
        self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => notePolicy(location.pathname + ' ' + e.violatedDirective + ' ' + e.blockedURI))"
        )
        self.page.on("console", lambda m: self.complaints.append(m.text) if _is_complaint(m) else None)
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))

    def go(self, path):
        self.page.goto(self.site.url + path)

    def log_in(self, email):
        self.go("/cont/login/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main .btn-primary")

    def confirm_password(self):
        """The step-up page, when it comes."""
        if "reauthenticate" in self.page.url:
            self.page.fill("[name=password]", PASSWORD)
            self.page.click("main .btn-primary")

    def look(self, name, *, judge=True):
        """Photograph the page, let axe judge it, and see that nothing sticks out sideways."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.width}.png", full_page=True)
        self.looked += 1
        if judge:
            for violation in Axe().run(self.page).response["violations"]:
                self.violations.append((name, violation["id"], [n["html"][:160] for n in violation["nodes"][:3]]))
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            self.violations.append((name, "wider than the screen", too_wide))

    def leave(self):
        self.context.close()


@pytest.fixture
def visit(chromium, site):
    visitors = []

    def arrive(width=1280, **options):
        visitors.append(Visitor(chromium, site, width=width, **options))
        return visitors[-1]

    arrive.pages = lambda: sum(v.looked for v in visitors)
    arrive.blocked = lambda: [b for v in visitors for b in v.blocked]
    arrive.violations = lambda: [c for v in visitors for c in v.violations]
    yield arrive
    complaints = [c for v in visitors for c in v.complaints]
    violations = [c for v in visitors for c in v.violations]
    for visitor in visitors:
        visitor.leave()
    assert complaints == []
    assert violations == []
