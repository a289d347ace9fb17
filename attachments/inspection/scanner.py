"""A virus scanner that speaks the INSTREAM protocol of clamd, when one is configured (SCANNER_URL)."""

import socket
import struct
import time
from urllib.parse import urlsplit

from attachments.inspection.limits import SCANNER_SECONDS
from attachments.inspection.runner import Unavailable

_PIECE = 64 * 1024


def is_infected(url: str, data: bytes) -> bool:
    """What the scanner at `clamd://host:port` says. Raises `Unavailable`: no answer is never a clean answer."""
    where = urlsplit(url)
    deadline = time.monotonic() + SCANNER_SECONDS
    try:
        with socket.create_connection((where.hostname, where.port or 3310), timeout=SCANNER_SECONDS) as line:
            answer = _ask(line, data, deadline)
    except TimeoutError:
        raise Unavailable("scanner_silent") from None
    except OSError:
        raise Unavailable("scanner_away") from None
    if answer == b"stream: OK":
        return False
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return True
    raise Unavailable("scanner_error")


def _ask(line: socket.socket, data: bytes, deadline: float) -> bytes:
    line.sendall(b"zINSTREAM\0")
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        line.sendall(struct.pack("!I", len(piece)) + piece)
    line.sendall(struct.pack("!I", 0))
    answer = b""
    while b"\0" not in answer and len(answer) < 1024:
        line.settimeout(max(deadline - time.monotonic(), 0.001))
        if not (more := line.recv(1024)):
            break
        answer += more
    return answer.partition(b"\0")[0].strip()
