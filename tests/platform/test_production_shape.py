"""docker-compose.yml: its very commands run, and production starts only with its own keys."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml
from django.conf import settings as django_settings

from backoffice.crypto.encryption import _new_field_keyset, _new_index_keyset
from backoffice.isolation import roles
from backoffice.ops.workers import WORKERS

ROOT = Path(django_settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
WORKER_SERVICES = [name for name, service in COMPOSE["services"].items() if "worker" in service.get("command", [])]


@pytest.fixture
def production(tmp_path, db):
    """The environment of a production process on the tests' engines."""
    keys = tmp_path / "keys"
    keys.mkdir()
    for name in ("django_secret_key", "verifier_key"):
        (keys / name).write_text(os.urandom(32).hex())
    (keys / "field_keyset.json").write_text(_new_field_keyset())
    (keys / "index_keyset.json").write_text(_new_index_keyset())
    for file in keys.iterdir():
        file.chmod(0o400)
    database = django_settings.DATABASES["default"]
    server = f"{database['HOST'].replace('/', '%2F')}:{database['PORT']}"
    address = f"postgres://{database['USER']}:{database['PASSWORD']}@{server}/{database['NAME']}"
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_ALLOW_ASYNC_UNSAFE"} | {
        "ENVIRONMENT": "production",
        "KEYS_DIR": str(keys),
        "SEAL_URL": f"file:{tmp_path}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": address,
        "REDIS_URL": django_settings.CELERY_BROKER_URL,
        "STATIC_ROOT": str(tmp_path / "static"),
        "VAR_DIR": str(tmp_path / "var"),
        "BASE_URL": "https://des.example.ro",
    }
    return environment, keys


def as_role(environment, role):
    """The environment of a process that logs in as its own role."""
    address = environment["DATABASE_URL"].replace(f"//{django_settings.DATABASES['default']['USER']}:", f"//{role}:")
    process = next(name for name, is_ in roles.OF_PROCESS.items() if roles.BY_NAME[is_] == role)
    return environment | {"DATABASE_URL": address, "PROCESS": process}


def command(service, port):
    """The command of a service, with this machine's Python and a port of loopback in place of the container's."""
    words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in COMPOSE["services"][service]["command"]]
    return [str(Path(sys.executable).parent / words[0]), *words[1:]]


def run(words, environment, **options):
    return subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def test_the_commands_of_the_compose_file_run(production, tmp_path):
    environment, _ = production
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"], cwd=ROOT, env=environment, check=True
    )
    port = free_port()
    web = run(command("web", port), as_role(environment, roles.WEB))
    as_worker = as_role(environment, roles.WORKER)
    workers = [run([*command(name, port), "--without-mingle"], as_worker) for name in WORKER_SERVICES]
    beat = run([w.replace("/tmp/beat", str(tmp_path / "beat")) for w in command("beat", port)], as_worker)  # noqa: S108
    try:
        assert _answers(f"http://127.0.0.1:{port}/healthz")
        for worker in workers:
            assert any("ready" in line for line in worker.stdout)
        assert any("beat: Starting" in line for line in beat.stdout)
    finally:
        for process in (web, *workers, beat):
            stop(process)


def test_each_queue_has_a_worker_of_its_own_everywhere(db):
    from backoffice.celery import app
    from backoffice.ops.management.commands.up import processes

    table = [worker.command() for worker in WORKERS]
    assert [COMPOSE["services"][name]["command"] for name in WORKER_SERVICES] == table
    started = {name: words[2:-1] for name, words in processes(8000).items() if "worker" in words}
    assert started == {worker.queue: worker.command()[:-1] for worker in WORKERS}
    assert [q.name for q in app.conf.task_queues] == [worker.queue for worker in WORKERS]


def _answers(url):
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            time.sleep(0.1)
    return False


@pytest.mark.parametrize("name", ["django_secret_key", "field_keyset.json", "index_keyset.json", "verifier_key"])
def test_production_makes_no_key_of_its_own(production, name):
    environment, keys = production
    (keys / name).unlink()
    code = (
        "import django; django.setup(); from backoffice.crypto import keys, encryption; "
        "encryption.encrypt(b'x', context='y'); encryption.blind_index('x', context='y'); keys.secret('verifier_key')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "backoffice.settings"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode != 0
    assert f"{name} is missing" in answer.stderr
    assert not (keys / name).exists()


def test_demo_people_never_enter_production(production):
    environment, _ = production
    answer = subprocess.run(
        [sys.executable, "manage.py", "seed_demo"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert answer.returncode != 0
    assert "never in production" in answer.stderr


def test_the_deploy_check_has_nothing_to_say(production):
    environment, _ = production
    answer = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr


def test_the_image_runs_what_the_file_says():
    text = (ROOT / "Dockerfile").read_text()
    assert "USER app" in text
    assert "--require-hashes" in text
    services = COMPOSE["services"]
    assert {"postgres", "redis", "web", "beat", "nginx", "mail"} <= set(services)
    for name in ("web", *WORKER_SERVICES, "beat", "migrate"):
        program = services[name]["command"][0]
        assert shutil.which(program, path=str(Path(sys.executable).parent)), shlex.join(services[name]["command"])
