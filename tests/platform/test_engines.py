"""The embedded engines: shared, counted, and gone with their last user."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from backoffice.ops import engines

ROOT = Path(__file__).resolve().parent.parent.parent
USER = """import sys, time; from pathlib import Path; from backoffice.ops import engines
with engines.running(Path(sys.argv[1])):
    print('up', flush=True); sys.stdin.read()"""


@pytest.fixture
def var_dir():
    folder = Path(tempfile.mkdtemp(prefix="engines-"))
    folder.chmod(0o755)
    yield folder
    assert engines.wait_until_stopped(folder)
    shutil.rmtree(folder, ignore_errors=True)


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
    first.communicate()
    assert not engines.wait_until_stopped(var_dir, seconds=1)
    assert keeper(var_dir) == pid
    second.communicate()
    assert engines.wait_until_stopped(var_dir)


def test_a_user_that_is_killed_lets_go_like_one_that_ends(var_dir):
    one = user(var_dir)
    assert one.stdout.readline() == "up\n"
    one.kill()
    one.wait()
    assert engines.wait_until_stopped(var_dir)


def test_the_servers_die_with_their_keeper_and_start_again(var_dir):
    one = user(var_dir)
    assert one.stdout.readline() == "up\n"
    os.kill(keeper(var_dir), signal.SIGKILL)
    one.communicate()
    again = user(var_dir)
    assert again.stdout.readline() == "up\n"
    again.communicate()


@pytest.mark.parametrize("deep", [False, True])
def test_a_socket_path_is_never_too_long(tmp_path, deep):
    var_dir = tmp_path / ("x" * 100) if deep else Path("/srv/var")
    assert len(str(engines.run_dir(var_dir) / ".s.PGSQL.5432")) <= 107


def test_up_leaves_no_process_behind(var_dir):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")} | {
        "VAR_DIR": str(var_dir),
        "ENVIRONMENT": "development",
        "DEMO": "0",
    }
    port = _free_port()
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    for line in up.stdout:
        if line.startswith("Ready:"):
            break
    up.send_signal(signal.SIGINT)
    up.stdout.read()
    up.wait(timeout=30)
    assert engines.wait_until_stopped(var_dir)
    assert _processes_with(str(var_dir)) == []


def test_a_port_in_use_is_one_clear_sentence(var_dir):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=os.environ | {"VAR_DIR": str(var_dir)},
        )
    assert answer.returncode == 2
    assert f"Port {port} is in use" in answer.stderr


def _free_port():
    import socket

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
