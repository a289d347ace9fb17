"""Keys: production starts only with its own, whole, strong, apart and unread; each refusal says what to do."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from backoffice.crypto import encryption, keys
from tests.platform.test_production_shape import production  # noqa: F401  (fixture)


@pytest.fixture
def folder(tmp_path):
    """A whole set of keys for one process; the tests' own come back afterwards."""
    for name in keys.REGISTRY:
        make = encryption.NEW_KEYSET.get(name, lambda: os.urandom(32).hex())
        write(tmp_path, name, make())
    keys.configure(directory=tmp_path, may_create=False, process="manage")
    yield tmp_path
    keys.configure(directory=settings.KEYS_DIR, may_create=True)


def write(folder, name, content, mode=0o400):
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_text(content)
    (folder / name).chmod(mode)
    keys.text.cache_clear()


def test_the_pages_name_every_key():
    from backoffice.ops import crypto_page

    assert crypto_page.PAGE.read_text(encoding="utf-8") == crypto_page.page(), "python -m backoffice.ops.crypto_page"
    running = (settings.BASE_DIR / "docs" / "running.md").read_text(encoding="utf-8")
    for key in keys.REGISTRY.values():
        assert f"`{key.name}`" in running
        assert key.is_public or key.variable in running


def test_a_whole_set_has_no_problem(folder):
    assert list(keys.problems()) == []
    keys.demand()


SECRET = sorted(key.name for key in keys.REGISTRY.values() if "manage" in key.holders and not key.is_public)


@pytest.mark.parametrize("name", SECRET)
def test_a_missing_key_is_named_with_where_to_put_it(folder, name):
    (folder / name).unlink()
    [problem] = keys.problems()
    assert f"{folder / name} is missing" in problem
    assert keys.REGISTRY[name].variable in problem


@pytest.mark.parametrize(
    "content", ["00" * 32, "ab" * 32, "0123456789abcdef" * 4, "deadbeef" * 8, "secret", "", "1234"]
)
def test_a_weak_key_is_refused(folder, content):
    write(folder, "verifier_key", content)
    [problem] = keys.problems()
    assert problem.startswith("Key verifier_key is weak")
    assert "make a new one" in problem


def test_a_weak_keyset_is_refused(folder):
    write(folder, "field_keyset.json", '{"primaryKeyId": 1, "key": [{"keyId": 1, "keyData": {"value": "GiAAAAAA"}}]}')
    [problem] = keys.problems()
    assert problem.startswith("Key field_keyset.json is weak")


def test_two_equal_keys_are_refused(folder):
    write(folder, "verifier_key", (folder / "django_secret_key").read_text())
    [problem] = keys.problems()
    assert "verifier_key equals django_secret_key" in problem
    assert "make a new one for verifier_key" in problem


@pytest.mark.parametrize("mode", [0o444, 0o404, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(folder, mode):
    (folder / "verifier_key").chmod(mode)
    [problem] = keys.problems()
    assert f"chmod 0400 {folder / 'verifier_key'}" in problem


def test_every_problem_is_said_at_once(folder):
    (folder / "index_keyset.json").unlink()
    write(folder, "verifier_key", "00" * 32)
    with pytest.raises(keys.KeyMissing) as refused:
        keys.demand()
    assert "index_keyset.json is missing" in str(refused.value)
    assert "verifier_key is weak" in str(refused.value)


def test_a_variable_may_stand_for_the_file(folder, monkeypatch):
    value = os.urandom(32).hex()
    (folder / "verifier_key").unlink()
    monkeypatch.setenv("KEY_VERIFIER_KEY", value)
    assert keys.secret("verifier_key").hex() == value
    assert list(keys.problems()) == []


def test_a_key_is_not_for_every_process(folder):
    keys.configure(directory=folder, may_create=False, process="worker")
    with pytest.raises(keys.KeyMissing, match="index_keyset.json is not for the process 'worker'"):
        keys.text("index_keyset.json")
    (folder / "index_keyset.json").unlink()
    assert list(keys.problems()) == []


def test_a_former_secret_is_still_accepted_and_a_new_one_signs(folder):
    old = (folder / "verifier_key").read_text()
    new = os.urandom(32).hex()
    write(folder, "verifier_key", new)
    write(folder, "verifier_key.former", old + "\n")
    assert [key.hex() for key in keys.secrets_of("verifier_key")] == [new, old]


@pytest.mark.parametrize("process", ["web", "worker"])
@pytest.mark.parametrize("harm", ["missing", "weak", "equal", "readable"])
def test_no_process_starts_in_production_with_a_bad_key(production, harm, process):  # noqa: F811
    environment, folder_ = production
    if harm == "missing":
        (folder_ / "field_keyset.json").unlink()
    elif harm == "readable":
        (folder_ / "field_keyset.json").chmod(0o444)
    else:
        equal = (folder_ / "django_secret_key").read_text()
        write(folder_, "verifier_key", "00" * 32 if harm == "weak" else equal)
        environment |= {"KEY_VERIFIER_KEY": ""}
    commands = {
        "web": ["gunicorn", "backoffice.wsgi", "--check-config"],
        "worker": ["celery", "-A", "backoffice", "worker"],
    }
    started = subprocess.run(
        [sys.executable, "-m", *commands[process]],
        cwd=settings.BASE_DIR,
        env=environment | {"PROCESS": process if harm != "equal" else "web"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode != 0
    wanted = {"missing": "is missing", "weak": "is weak", "equal": "equals", "readable": "chmod 0400"}[harm]
    assert wanted in started.stderr + started.stdout
