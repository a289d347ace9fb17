"""Rules that the code keeps everywhere, and no secret in the history; each rule is shown to catch its snippet."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from backoffice.crypto import encryption
from tests.static import history, rules

# Asserts of our own invariants, and programs that the product itself names (pyproject.toml).
TOLERATED = "S101,S603,S607"


def ruff_security():
    """What ruff's security rules (bandit's) say about the whole tree."""
    words = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "S",
        "--ignore",
        TOLERATED,
        "--output-format",
        "json",
        ".",
    ]
    done = subprocess.run(words, cwd=settings.BASE_DIR, capture_output=True, text=True)
    return json.loads(done.stdout)


def test_code_rules(goal):
    broken, bandit = rules.broken(), ruff_security()
    goal(
        "code_rules",
        value=f"{len(broken)} breaches of {len(rules.RULES)} own rules, {len(bandit)} of ruff S, in "
        f"{len(rules.files())} files",
        target="0",
        ok=not broken and not bandit and len(rules.files()) > 150,
    )


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name)
def test_code_rules_self_test_each_rule_catches_its_snippet(rule):
    path = "templates/x.html" if rule.template else f"{rule.only or 'backoffice'}/x.py"
    assert list(rules.broken_in(path, rule.breaks, [rule]))
    assert not list(rules.broken_in(path, "<p>{{ name }}</p>" if rule.template else "x = 1", [rule]))


@pytest.mark.parametrize("rule", [rule for rule in rules.RULES if rule.allowed], ids=lambda rule: rule.name)
def test_code_rules_self_test_every_exception_is_still_needed(rule):
    for path in rule.allowed:
        text = (rules.ROOT / path).read_text()
        everywhere = rules.Rule(rule.name, rule.check, rule.breaks, template=rule.template)
        assert list(rules.broken_in(path, text, [everywhere])), path


def test_secrets_in_history(goal):
    found, blobs = history.findings()
    goal(
        "secrets_in_history",
        value=f"{len(found)} in {blobs} blobs, {len(history.SHAPES) + 2} shapes, {len(history.ALLOWED_VALUES)} "
        "allowed values",
        target="0",
        ok=not found and blobs > 100,
    )


PLANTED = {
    "a secret file": lambda: os.urandom(32).hex(),
    "a keyset": encryption._new_field_keyset,
    "an assigned password": lambda: f'SMTP_PASSWORD = "{os.urandom(12).hex()}"',
    "a password in an address": lambda: "postgres://app:" + os.urandom(8).hex() + "@db/app",
    "a private key": lambda: "-----BEGIN EC " + "PRIVATE KEY-----\nMHcC",
    "an access token": lambda: "ghp_" + "a1B2" * 9,
}


@pytest.mark.parametrize("secret", PLANTED)
def test_secrets_in_history_self_test_finds_a_key_that_was_removed_again(tmp_path, secret):
    """Removed from the tree is not removed from the history."""

    def git(*words):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.ro", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    (tmp_path / "settings.py").write_text(PLANTED[secret]())
    git("add", ".")
    git("commit", "-qm", "planted")
    (tmp_path / "settings.py").write_text("")
    git("commit", "-qam", "removed")
    found, blobs = history.findings(tmp_path)
    assert (len(found), blobs) == (1, 2)
