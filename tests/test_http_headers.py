"""What every answer carries, and the pages of what goes wrong."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import path, reverse
from django.utils import translation

from backoffice import urls
from backoffice.http.headers import HEADERS
from tests.world import open_task

BOOM = "/buba/"


@login_not_required
def boom(request):
    raise ValueError


class Broken:
    """The product's URLs with one page that fails."""

    urlpatterns = [path(BOOM.strip("/") + "/", boom), *urls.urlpatterns]
    handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
    handler429, handler500 = urls.handler429, urls.handler500


@pytest.fixture
def broken(settings):
    settings.ROOT_URLCONF = Broken
    return Client(raise_request_exception=False)


def text(answer):
    return answer.content.decode()


def wrong_headers(answer):
    """The headers of the table that this answer does not carry as they stand."""
    own = {"Cache-Control"} if "max-age" in answer.get("Cache-Control", "") else set()
    return [n for n, v in HEADERS.items() if n not in own and v not in answer.get(n, "")]


@contextmanager
def no_database():
    """Every way to the database ends nowhere."""

    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "cursor", refuse)
        patch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)
        yield


def test_a_page_that_fails_gives_a_number_to_quote(broken, db):
    answer = broken.get(BOOM)
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in text(answer)
    assert wrong_headers(answer) == []


@pytest.mark.parametrize("name", ["workflows:inbox", "notifications:verify_any", "workflows:mine", "account_login"])
def test_without_a_database_a_page_says_so_and_asks_for_nothing(people, browse, name):
    client = browse(people.clerk)
    client.raise_request_exception = False
    method = "post" if name == "account_login" else "get"
    with no_database():
        answer = getattr(client, method)(reverse(name))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Nu s-a schimbat nimic" in text(answer)
    assert wrong_headers(answer) == []


def test_an_error_page_speaks_the_browsers_language_even_before_the_language_is_chosen(db):
    translation.activate("ro")
    for header, word in (("en", "en"), ("ro", "ro")):
        answer = Client().get("/", headers={"host": "evil.example", "accept-language": header})
        assert f'<html lang="{word}">' in text(answer)


def test_a_foreign_host_is_refused(db):
    answer = Client().get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert wrong_headers(answer) == []


def test_a_forwarded_host_and_scheme_count_only_behind_a_proxy(db, settings):
    forged = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    settings.SECURE_HSTS_SECONDS = 100
    assert not settings.USE_X_FORWARDED_HOST
    assert "Strict-Transport-Security" not in Client().get("/", headers=forged)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert "includeSubDomains; preload" in Client().get("/", headers=forged)["Strict-Transport-Security"]


def test_a_method_that_a_page_does_not_take_is_explained(people, browse, case):
    for client, method, url in [
        (browse(people.clerk), "get", reverse("workflows:claim", args=[open_task(case).pk])),
        (Client(), "trace", "/"),
    ]:
        answer = getattr(client, method)(url)
        assert answer.status_code == 405
        assert answer["Allow"]
        assert "Pagina nu se deschide așa" in text(answer)
        assert wrong_headers(answer) == []


@pytest.mark.parametrize(
    "data", [{"x": "a" * 3_000_000}, {f"x{n}": "" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}]
)
def test_too_much_at_once_is_413_and_keeps_what_was_saved(people, browse, data):
    client = browse(people.provider)
    url = client.post(reverse("workflows:file_new"), {"procedure": "providers"}).url
    client.post(url, {"provider.name": "Păstrat"})
    answer = client.post(url, data)
    assert answer.status_code == 413
    assert "ce salvaserăți înainte este neatins" in text(answer)
    assert wrong_headers(answer) == []
    assert "Păstrat" in text(client.get(url))


def test_static_files_carry_them_too(db):
    answer = Client().get("/static/css/app.css")
    assert answer.status_code == 200
    assert wrong_headers(answer) == []
    assert "Access-Control-Allow-Origin" not in answer


def test_answers_name_no_server_and_no_language_of_it(people, browse):
    answer = browse(people.clerk).get(reverse("workflows:inbox"))
    assert {"Server", "X-Powered-By", "Via"} & set(answer.headers) == set()


def test_cookies_are_for_this_host_and_no_script(people):
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    client.post(reverse("account_login"), {"login": "x", "password": "y"})
    assert {"csrftoken", "django_language"} <= set(client.cookies)
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
