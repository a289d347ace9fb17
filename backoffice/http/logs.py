"""What a log line may say: one JSON object, UTC, from an allow-list of fields, no value of a person.

Our own messages are written out: they hold ids and codes (`tests/static` reads every one). Of other people's
messages only the template is kept, and of every exception its classes and places, never what it says.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from backoffice.http.request_id import current_request_id

_ours = {"backoffice", "notifications", "workflows"}
# Besides these a line holds `at`, `level`, `logger`, `message`, `request_id`, `route`, `error`, `trace`.
ALLOWED = ("status_code", "method", "path", "duration_ms")
_TOKEN = re.compile(r"\d{11}|.{21}|@")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def write_out(module: str) -> None:
    """The messages of a room above are our own too: its package is named when it plugs in."""
    _ours.add(module.partition(".")[0])


class JsonFormatter(logging.Formatter):
    """Control characters, escape sequences and line breaks come out as `\\uXXXX`: one event is one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        return json.dumps({name: value for name, value in _fields(record) if value not in (None, "")})


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    request_id = getattr(record, "request_id", None) or current_request_id()
    yield "at", datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    yield "level", record.levelname
    yield "logger", record.name
    yield "message", _message(record)
    yield "request_id", str(request_id) if request_id else None
    yield "route", getattr(getattr(getattr(record, "request", None), "resolver_match", None), "route", None)
    yield from ((name, getattr(record, name, None)) for name in ALLOWED)
    if record.exc_info and record.exc_info[0]:
        yield "error", [type(problem).__name__ for problem in _chain(record.exc_info[1])]
        yield "trace", _places(record.exc_info[2])


def without_tokens(path: str) -> str:
    """A path without what may be a secret or a person in it: links in mails, codes, numbers somebody typed."""
    return "/".join("*" if _TOKEN.search(part) and not _UUID.fullmatch(part) else part for part in path.split("/"))


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _ours:
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)


def _places(trace: Any) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
