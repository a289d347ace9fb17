"""Which request, or which job, is running: one id through web and worker logs and events."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[uuid.UUID | None] = ContextVar("request_id", default=None)


def current_request_id() -> uuid.UUID | None:
    """The id of the running request or job, if any."""
    return _request_id.get()


@contextmanager
def request_id(value: uuid.UUID) -> Iterator[None]:
    """Everything recorded inside carries `value`."""
    token = _request_id.set(value)
    try:
        yield
    finally:
        _request_id.reset(token)
