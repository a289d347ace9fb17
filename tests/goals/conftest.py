"""A goal is a measured promise: one line `GOAL name | value | target | PASS|FAIL`, with N beside every 0."""

import pytest

from backoffice.ops.management.commands.goals import GOALS
from tests.browser.conftest import chromium, site, visit  # noqa: F401  (fixtures of the axe goal)


@pytest.fixture
def goal(request):
    """`goal("races", value="0 of 60", target="0 doubled", ok=True)` writes the line and holds the promise."""
    reported = []

    def write(line):
        # On the report of the test, so that it arrives from whichever process ran it.
        request.node.user_properties.append(("goal", line))

    def report(name, *, value, target, ok):
        reported.append(name)
        number, _ = GOALS[name]
        line = f"GOAL {name}{f' ({number})' if number else ''} | {value} | {target} | {'PASS' if ok else 'FAIL'}"
        write(line)
        assert ok, line

    yield report
    if not reported and "self_test" not in request.node.name:
        write(f"GOAL {request.node.name} | did not run | | FAIL")


def pytest_terminal_summary(terminalreporter):
    reports = [r for found in terminalreporter.stats.values() for r in found if hasattr(r, "user_properties")]
    lines = {value for r in reports for name, value in r.user_properties if name == "goal"}
    for line in sorted(lines):
        terminalreporter.write_line(line)
