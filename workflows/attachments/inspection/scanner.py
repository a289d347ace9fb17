"""A virus scanner that speaks the INSTREAM protocol of clamd, when one is configured (SCANNER_URL)."""

import socket
import struct
import time
from urllib.parse import urlsplit

from workflows.attachments.inspection.limits import SCANNER_SECONDS
from workflows.attachments.inspection.runner import Unavailable

_PIECE = 64 * 1024


def is_infected(url: str, data: bytes) -> bool:
    """What the scanner at `clamd://host:port` says. Raises `Unavailable`: no answer is never a clean answer."""
    where = urlsplit(url)
    try:
        with socket.create_connection((where.hostname, where.port or 3310), timeout=SCANNER_SECONDS) as line:
            answer = _ask(line, data, deadline=time.monotonic() + SCANNER_SECONDS)
    except TimeoutError:
        raise Unavailable("scanner_silent") from None
    except OSError:
        raise Unavailable("scanner_away") from None
    if answer == b"stream: OK":
        return False
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return True
    raise Unavailable("scanner_error")


def _ask(line: socket.socket, data: bytes, *, deadline: float) -> bytes:
    """Each piece goes with its length before it, an empty one ends; one deadline holds for the whole talk."""

    def in_time() -> socket.socket:
        line.settimeout(max(deadline - time.monotonic(), 0.001))
        return line

    in_time().sendall(b"zINSTREAM\0")
    pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
    for piece in [*pieces, b""]:
        in_time().sendall(struct.pack("!I", len(piece)) + piece)
    answer = b""
    while b"\0" not in answer and len(answer) < 1024 and (more := in_time().recv(1024)):
        answer += more
    return answer.partition(b"\0")[0].strip()
