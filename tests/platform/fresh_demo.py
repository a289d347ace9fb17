"""`make demo` as a person types it on a fresh machine: from nothing to the first page, then Ctrl-C; nothing is left.

Run by `fresh_root.sh` with the system's bare Python, in a process namespace of its own.
"""

import contextlib
import os
import pty
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

FIRST_PAGE_SECONDS = 900
STOP_SECONDS = 60


def main():
    """Once in a terminal and stopped by Ctrl-C; once into a pipe (`make demo | tee`) and stopped by a signal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("make", ["make", "demo", f"PORT={port}"])
    first = seconds_to_page(port, terminal)
    os.write(terminal, b"\x03")
    read_until(terminal, lambda _: False, STOP_SECONDS)
    await_end(pid)
    left("Ctrl-C")

    make = subprocess.Popen(["make", "demo", f"PORT={port}"], stdout=subprocess.PIPE, start_new_session=True)
    again = seconds_to_page(port, make.stdout.fileno())
    os.killpg(make.pid, signal.SIGTERM)
    read_until(make.stdout.fileno(), lambda _: False, STOP_SECONDS)
    make.wait(STOP_SECONDS)
    left("SIGTERM")
    print(
        f"MEASURED first page after {first:.0f} s, with everything installed after {again:.0f} s; nothing left running"
    )


def seconds_to_page(port, output):
    """Read what is printed until the address stands there, then ask for the page as a browser would."""
    started = time.monotonic()
    text = read_until(output, lambda text: "Ready: http" in text and "processes.log" in text.split("Ready: http")[1])
    address = f"http://127.0.0.1:{port}"
    assert f"Ready: {address}" in text, "the address was never printed"
    with urllib.request.urlopen(f"{address}/cont/login/", timeout=30) as page:
        assert page.status == 200
        assert "demo-parola" in page.read().decode()
    assert "demo-parola" in text, "the log-ins were not printed"
    assert "celery@" not in text, "a worker's banner stands on the screen"
    return time.monotonic() - started


def read_until(output, enough, seconds=FIRST_PAGE_SECONDS):
    """Show what comes until it is enough or the writer ends; the text."""
    text, deadline = "", time.monotonic() + seconds
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"nothing came for {seconds} s; so far: {text}"))
    signal.alarm(seconds)
    with contextlib.suppress(OSError):  # a terminal whose programs have ended
        while not enough(text) and time.monotonic() < deadline and (more := os.read(output, 4096)):
            sys.stdout.write(more.decode(errors="replace"))
            sys.stdout.flush()
            text += more.decode(errors="replace")
    signal.alarm(0)
    return text


def await_end(pid):
    deadline = time.monotonic() + STOP_SECONDS
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        assert time.monotonic() < deadline, "make does not end"
        time.sleep(0.1)


def left(how):
    """Every process of this namespace that is not this one or the shell above it."""
    time.sleep(1)
    running = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if command and int(folder.name) not in (1, os.getpid(), os.getppid()):
                running.append(command)
    assert not running, f"after {how} these still run: {running}"


if __name__ == "__main__":
    main()
