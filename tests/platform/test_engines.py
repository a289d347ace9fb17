"""The embedded engines: shared, counted, and gone with their last user."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from backoffice.ops import engines
from backoffice.ops.workers import WORKERS

ROOT = Path(__file__).resolve().parent.parent.parent
USER = """import sys, time; from pathlib import Path; from backoffice.ops import engines
with engines.running(Path(sys.argv[1])):
    print('up', flush=True); sys.stdin.read()"""


SECONDS = 60


@pytest.fixture(params=[0o755, 0o700], ids=["open", "closed"])
def var_dir(request):
    """A folder for the engines; once one that only its owner may enter, as a home often is."""
    folder = Path(tempfile.mkdtemp(prefix="engines-"))
    folder.chmod(request.param)
    yield folder
    assert engines.wait_until_stopped(folder)
    for place in (engines.home(folder), folder):
        shutil.rmtree(place, ignore_errors=True)


def user(var_dir):
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(var_dir)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def keeper(var_dir):
    return int((engines.run_dir(var_dir) / "keeper.lock").read_text())


def test_two_commands_share_one_pair_of_servers_and_the_last_one_stops_them(var_dir):
    first, second = user(var_dir), user(var_dir)
    assert first.stdout.readline() == second.stdout.readline() == "up\n"
    pid = keeper(var_dir)
    first.communicate(timeout=SECONDS)
    assert not engines.wait_until_stopped(var_dir, seconds=1)
    assert keeper(var_dir) == pid
    second.communicate(timeout=SECONDS)
    assert engines.wait_until_stopped(var_dir)


def test_a_user_that_is_killed_lets_go_like_one_that_ends(var_dir):
    one = user(var_dir)
    assert one.stdout.readline() == "up\n"
    one.kill()
    one.wait(timeout=SECONDS)
    assert engines.wait_until_stopped(var_dir)


def test_the_servers_die_with_their_keeper_and_start_again(var_dir):
    one = user(var_dir)
    assert one.stdout.readline() == "up\n"
    os.kill(keeper(var_dir), signal.SIGKILL)
    one.communicate(timeout=SECONDS)
    again = user(var_dir)
    assert again.stdout.readline() == "up\n"
    again.communicate(timeout=SECONDS)


@pytest.mark.parametrize("deep", [False, True])
def test_a_socket_path_is_never_too_long(tmp_path, deep):
    var_dir = tmp_path / ("x" * 100) if deep else Path("/srv/var")
    assert len(str(engines.run_dir(var_dir) / ".s.PGSQL.5432")) <= 107


def test_a_folder_that_anyone_may_pass_is_the_home_of_its_engines(tmp_path, monkeypatch):
    assert engines.home(Path("/srv/var")) == Path("/srv/var")
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert engines.home(tmp_path) == tmp_path
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert engines.home(tmp_path).parent == engines.FOR_ROOT


def test_up_says_where_it_is_at_once_and_leaves_no_process_behind(var_dir):
    unset = ("DATABASE_URL", "REDIS_URL", "PYTHONUNBUFFERED")
    environment = {k: v for k, v in os.environ.items() if k not in unset} | {
        "VAR_DIR": str(var_dir),
        "ENVIRONMENT": "development",
        "DEMO": "0",
    }
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(_free_port())],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    said = []
    with _at_most(120, up):
        for line in up.stdout:
            said.append(line)
            if line.startswith("Ready:"):
                break
        else:
            raise AssertionError("".join(said))
        up.send_signal(signal.SIGINT)
        said += up.stdout.readlines()
        assert up.wait(timeout=SECONDS) == 0
    # The screen is for the person; what the processes say is in their log.
    assert [line.split(" ... ")[0].split(" (")[0].split(":")[0].strip() for line in said if line.strip()] == [
        "Starting PostgreSQL and Valkey",
        "Preparing the database",
        "Starting the web server and the workers",
        "Ready",
        "What the processes say",
        "Stopped.",
    ]
    log = (var_dir / "log" / "processes.log").read_text()
    assert all(f"{name} started" in log for name in ("web", "beat", "sealer", *[w.queue for w in WORKERS]))
    assert engines.wait_until_stopped(var_dir)
    assert _processes_with(str(var_dir)) == []


def test_a_port_in_use_is_one_clear_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ | {"VAR_DIR": str(tmp_path)},
            timeout=SECONDS,
        )
    assert answer.returncode == 2
    assert f"Port {port} is in use" in answer.stderr


@contextlib.contextmanager
def _at_most(seconds, process):
    """End the process if this block takes longer: then its pipe closes, and a loop that reads it ends."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _processes_with(text):
    time.sleep(0.2)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
            environment = (folder / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if text in command or f"VAR_DIR={text}" in environment:
            found.append(command)
    return found
