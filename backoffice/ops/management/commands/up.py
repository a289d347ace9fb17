"""`manage.py up`: engines, migrations, demo data if asked for, then web, workers, beat and sealer until Ctrl-C."""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from honcho.manager import Manager
from honcho.printer import Printer

from backoffice.accounts.demo import LOGINS, PASSWORD
from backoffice.isolation import roles
from backoffice.ops import engines
from backoffice.ops.workers import WORKERS

PYTHON = sys.executable
ANSWER_SECONDS = 180
POLITE = (None, 0, 130, 143, -2, -15)  # Ctrl-C and a polite stop: what the person asked for


def processes(port: int) -> dict[str, list[str]]:
    """The processes of one machine, by name; the same that `docker-compose.yml` starts, one container each."""
    return {
        "web": [
            PYTHON,
            "-m",
            "gunicorn",
            "backoffice.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
            "--workers",
            "2",
            "--threads",
            "4",
            "--access-logfile",
            "/dev/null",
            "--no-control-socket",
        ],
        **{worker.queue: [PYTHON, "-m", *worker.command(loglevel="warning")] for worker in WORKERS},
        "beat": [
            PYTHON,
            "-m",
            "celery",
            "-A",
            "backoffice",
            "beat",
            "--schedule",
            str(settings.VAR_DIR / "beat"),
            "--loglevel",
            "warning",
        ],
        "sealer": [PYTHON, "manage.py", "seal_log"],
    }


class Command(BaseCommand):
    help = "Start everything on this machine; Ctrl-C stops everything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise CommandError(f"Port {port} is in use. Choose another one: make demo PORT=8001", returncode=2)
        for polite in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(polite, signal.default_int_handler)
        embedded = settings.EMBEDDED_POSTGRES or settings.EMBEDDED_VALKEY
        code = 130
        try:
            with contextlib.ExitStack() as stack:
                if embedded:
                    with self.step("Starting PostgreSQL and Valkey" + self.where()):
                        stack.enter_context(engines.running(settings.VAR_DIR))
                code = self.run_all(port)
        except engines.EngineError as problem:
            raise CommandError(f"\n{problem}") from None
        except KeyboardInterrupt:
            pass
        if embedded:
            engines.wait_until_stopped(settings.VAR_DIR)
        self.say("\nStopped.")
        sys.exit(code)

    def run_all(self, port: int) -> int:
        """Prepare the database, start the processes, wait for their end; the exit code."""
        settings.VAR_DIR.joinpath("log").mkdir(parents=True, exist_ok=True)
        # What the processes say goes to a file: the screen is for the person.
        with open(settings.VAR_DIR / "log" / "processes.log", "w", buffering=1) as log:
            environment = os.environ | {"PORT": str(port)}
            with self.step("Preparing the database"):
                self.manage(log, environment, "migrate", "--verbosity", "0")
            if settings.DEMO:
                with self.step("Making the people and cases of the demo"):
                    self.manage(log, environment, "seed_demo")
            manager = Manager(Printer(log))
            for name, command in processes(port).items():
                own = environment | {"PROCESS": name if name in roles.OF_PROCESS else "worker"}
                manager.add_process(name, "exec " + shlex.join(command), env=own, cwd=str(settings.BASE_DIR))
            signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
            threading.Thread(target=self.announce, args=(port,), daemon=True).start()
            manager.loop()
            if manager.returncode in POLITE:
                return 0
            self.say(f"\nA process ended by itself, so all were stopped. {self.last_lines(log)}")
            return 1

    def manage(self, log: TextIO, environment: dict[str, str], *command: str) -> None:
        """Run another command of `manage.py`; its words go to the log."""
        done = subprocess.run(
            [PYTHON, "manage.py", *command], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
        )
        if done.returncode:
            raise CommandError(f"\nmanage.py {command[0]} failed. {self.last_lines(log)}")

    def announce(self, port: int) -> None:
        """Say where it is once it answers, and nothing before."""
        url = f"http://127.0.0.1:{port}"
        with self.step("Starting the web server and the workers"):
            if not _answers(f"{url}/healthz"):
                self.say(f"no answer after {ANSWER_SECONDS} s; see {settings.VAR_DIR}/log/processes.log")
                return
        lines = ["", f"Ready: {url}   (Ctrl-C stops everything)"]
        if settings.DEMO:
            lines += ["DEMO log-ins, password " + PASSWORD + ":"]
            lines += [f"  {login.email:<32} {login.label}" for login in LOGINS]
        lines += [f"What the processes say: {settings.VAR_DIR}/log/processes.log"]
        self.say("\n".join(lines))

    def where(self) -> str:
        """Where the data is when it is not under `VAR_DIR`."""
        folder = engines.home(settings.VAR_DIR)
        return "" if folder == settings.VAR_DIR else f" (as the account nobody, with their data in {folder})"

    def last_lines(self, log: TextIO, count: int = 15) -> str:
        """The end of the log of the processes, for the screen."""
        with open(log.name, errors="replace") as text:
            return f"The last lines of {log.name}:\n" + "".join(text.readlines()[-count:])

    def say(self, text: str, ending: str = "\n") -> None:
        """Write for the person, at once: into a pipe Python would keep it back."""
        self.stdout.write(text, ending=ending)
        self.stdout.flush()

    @contextlib.contextmanager
    def step(self, sentence: str) -> Iterator[None]:
        """Say what takes long before it starts, and how long it took."""
        self.say(f"{sentence} ... ", ending="")
        started = time.monotonic()
        yield
        self.say(f"{time.monotonic() - started:.0f} s")


def _answers(url: str) -> bool:
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 (our own address)
                if answer.status == 200:
                    return True
        except OSError:
            time.sleep(0.2)
    return False
