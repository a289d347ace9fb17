"""`manage.py up`: engines, migrations, demo data if asked for, then web, workers, beat and sealer until Ctrl-C."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from honcho.manager import Manager
from honcho.printer import Printer

from backoffice.accounts.demo import LOGINS, PASSWORD
from backoffice.isolation import roles
from backoffice.ops import engines
from backoffice.ops.workers import WORKERS

PYTHON = sys.executable


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

    def handle(self, *args, **options) -> None:
        port = options["port"]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                raise CommandError(f"Port {port} is in use. Choose another one: make demo PORT=8001", returncode=2)
        try:
            if settings.EMBEDDED_POSTGRES or settings.EMBEDDED_VALKEY:
                with engines.running(settings.VAR_DIR):
                    code = self.run_all(port)
                engines.wait_until_stopped(settings.VAR_DIR)
            else:
                code = self.run_all(port)
        except engines.EngineError as problem:
            raise CommandError(str(problem)) from None
        sys.exit(code)

    def run_all(self, port: int) -> int:
        """Prepare the database, start the processes, wait for their end; the exit code."""
        environment = os.environ | {"PORT": str(port), "PYTHONUNBUFFERED": "1"}
        commands = [["migrate", "--verbosity", "0"]] + ([["seed_demo"]] if settings.DEMO else [])
        for command in commands:
            done = subprocess.run([PYTHON, "manage.py", *command], cwd=settings.BASE_DIR, env=environment)
            if done.returncode:
                raise CommandError(f"manage.py {command[0]} failed; see above")
        manager = Manager(Printer(sys.stdout))
        for name, command in processes(port).items():
            own = environment | {"PROCESS": name if name in roles.OF_PROCESS else "worker"}
            manager.add_process(name, "exec " + shlex.join(command), env=own, cwd=str(settings.BASE_DIR))
        signal.signal(signal.SIGHUP, lambda *_: manager.terminate())
        threading.Thread(target=self.announce, args=(port,), daemon=True).start()
        manager.loop()
        # 130 and 143 are Ctrl-C and a polite stop: what the person asked for.
        return 0 if manager.returncode in (None, 0, 130, 143, -2, -15) else 1

    def announce(self, port: int) -> None:
        """Say where it is once it answers, and nothing before."""
        url = f"http://127.0.0.1:{port}"
        for _attempt in range(300):
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 (our own address)
                    if answer.status == 200:
                        break
            except OSError:
                time.sleep(0.2)
        else:
            return
        lines = [f"Ready: {url}   (Ctrl-C stops everything)"]
        if settings.DEMO:
            lines += ["DEMO log-ins, password " + PASSWORD + ":"]
            lines += [f"  {login.email:<32} {login.label}" for login in LOGINS]
        self.stdout.write("\n" + "\n".join(lines) + "\n")
