"""A log line names the place and the kind of a failure, never what somebody typed."""

import json
import logging
import uuid

import pytest

from backoffice.http.logs import JsonFormatter, without_tokens
from backoffice.http.request_id import request_id

CANARY = "2990101900017"


def line(logger="backoffice.jobs", message="job %s failed", *args, problem=None, **extra):
    exc_info = (type(problem), problem, problem.__traceback__) if problem else None
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, args, exc_info)
    vars(record).update(extra)
    written = JsonFormatter().format(record)
    assert written.isascii()
    assert not any(ord(character) < 32 for character in written)
    return json.loads(written)


def raised(text):
    try:
        try:
            raise KeyError(text)
        except KeyError as cause:
            raise ValueError(text) from cause
    except ValueError as problem:
        return problem


def test_our_own_message_is_written_out_with_its_time_in_utc():
    said = line("backoffice.jobs.queue", "job %s failed", "f3")
    assert said["message"] == "job f3 failed"
    assert said["at"].endswith("+00:00")
    assert said["level"] == "ERROR"


def test_of_an_exception_the_kinds_and_places_are_kept_and_nothing_it_says():
    said = line(problem=raised(f"Key (cnp)=({CANARY}) already exists"))
    assert said["error"] == ["ValueError", "KeyError"]
    assert said["trace"][0].endswith("raised")
    assert CANARY not in json.dumps(said)


@pytest.mark.parametrize("logger", ["celery.app.trace", "django.request", "gunicorn.error", "weasyprint", "root"])
def test_of_other_people_s_messages_only_the_template_is_kept(logger):
    said = line(logger, "Task raised unexpected: %r", ValueError(CANARY))
    assert said["message"] == "Task raised unexpected: %r"
    assert line(logger, ValueError(CANARY))["message"] == "ValueError"


def test_a_field_that_is_not_on_the_list_is_left_out():
    said = line(status_code=500, body=CANARY, user=CANARY, args=())
    assert said["status_code"] == 500
    assert CANARY not in json.dumps(said)


def test_a_line_break_or_a_colour_code_cannot_forge_a_line():
    said = line("backoffice.x", "code %s", "a\n{}\x1b[31m\u202e")
    assert said["message"] == "code a\n{}\x1b[31m\u202e"  # it was escaped on its way (see `line`)


def test_a_line_says_which_request_it_belongs_to():
    number = uuid.uuid4()
    with request_id(number):
        assert line()["request_id"] == str(number)


def test_the_access_log_has_no_query_string(settings):
    from datetime import timedelta
    from types import SimpleNamespace

    from backoffice.ops.gunicorn_log import JsonLogger

    written = []
    logger = JsonLogger.__new__(JsonLogger)
    logger.cfg = SimpleNamespace(accesslog="-")
    logger.access_log = SimpleNamespace(info=lambda message, extra: written.append(extra))
    logger.access(
        SimpleNamespace(headers=[("X-Request-Id", "7")], status_code=200),
        None,
        {"REQUEST_METHOD": "GET", "PATH_INFO": "/lucru/cauta/", "QUERY_STRING": CANARY, "RAW_URI": f"/?q={CANARY}"},
        timedelta(seconds=1),
    )
    assert written == [
        {"method": "GET", "path": "/lucru/cauta/", "status_code": 200, "duration_ms": 1000.0, "request_id": "7"}
    ]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/cereri/0b0e0a62-8f0e-4c5c-9b0a-6f1f5f0a7c11/", "/cereri/0b0e0a62-8f0e-4c5c-9b0a-6f1f5f0a7c11/"),
        ("/cont/confirm-email/MQ:1wAbCd:0123456789abcdef/", "/cont/confirm-email/*/"),
        (f"/{CANARY}", "/*"),
        ("/ana@example.ro", "/*"),
    ],
)
def test_the_access_log_has_no_token_either(path, logged):
    assert without_tokens(path) == logged


def test_production_writes_these_lines(settings):
    """Whoever logs in production passes this formatter: Django, Celery (it sets up no log of its own) and gunicorn."""
    from celery import signals

    from backoffice.celery import _log_like_the_others

    assert settings.LOGGING["formatters"]["json"]["()"] == "backoffice.http.logs.JsonFormatter"
    assert [handler["formatter"] for handler in settings.LOGGING["handlers"].values()] == [settings.LOG_FORMAT]
    assert any(receiver() is _log_like_the_others for _, receiver in signals.setup_logging.receivers)
