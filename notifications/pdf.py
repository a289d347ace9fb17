"""Documents as PDF: a pure function of a template and a context."""

import logging
import re
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from notifications import native, qr, words

FONTS = {
    "plex-sans-400.woff2": "ibm-plex-sans/IBMPlexSans-Regular.woff2",
    "plex-sans-600.woff2": "ibm-plex-sans/IBMPlexSans-SemiBold.woff2",
    "plex-mono-400.woff2": "ibm-plex-mono/IBMPlexMono-Regular.woff2",
}
# The verification code is the permanent half of the file identifier: it stands in clear in every copy.
CODE = re.compile(rb"/ID\s*\[\s*\(([A-Z2-7]{26})\)")


class RenderFailed(Exception):
    """The PDF could not be made; `code` says why, without any content of the document."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def frozen_text(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    """What the signer reads (the body of the document as HTML) and the SHA-256 of its words.

    The fingerprint covers every word of the document; what the last stage and the worker add are marked places in it
    (`notifications/words.py`). The document prints it, so that the issued paper provably says what was signed.
    """
    html = _html(kind, _readable(context) | words.places())
    return words.body_of(html), words.fingerprint(kind, words.words_of(html))


def render(kind: str, context: dict[str, Any], *, code: str) -> bytes:
    """The document as PDF/A-3a. The same input gives the same bytes. Raises `RenderFailed`.

    It says what `frozen_text` shows of the same context, and more only at the marked places. `code`, the verification
    code, also becomes the file's identifier: it lets the public page tell an altered document from an unknown one.
    """
    if not settings.PRODUCTION:
        native.load(settings.BASE_DIR / "var" / "native")
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    readable = _readable(context)
    html = _html(kind, readable | {"qr": qr.svg_data_uri(context["verify_url"])})
    if not words.fits(words.words_of(_html(kind, readable | words.places())), words.words_of(html)):
        raise RenderFailed("render_added_words")
    problems = _Problems()
    try:
        logging.getLogger("weasyprint").addHandler(problems)
        document = HTML(string=html, base_url="act:/", url_fetcher=_fetcher()).write_pdf(
            pdf_variant="pdf/a-3a", pdf_identifier=code.encode()
        )
    except (Exception, FatalURLFetchingError) as problem:
        raise RenderFailed(f"render_{type(problem).__name__}") from None
    finally:
        logging.getLogger("weasyprint").removeHandler(problems)
    if problems.seen:
        # WeasyPrint reports a missing font or style only in its log; a document that looks wrong is not issued.
        raise RenderFailed("render_incomplete")
    return document


def codes_in(file: bytes) -> list[str]:
    """The verification codes that a PDF carries as its identifier."""
    return [code.decode() for code in CODE.findall(file)]


def _readable(context: dict[str, Any]) -> dict[str, Any]:
    """Dates of the stored context as dates, so that templates write them out."""

    def read(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: read(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [read("", item) for item in value]
        if key.endswith("_on") and isinstance(value, str):
            return date.fromisoformat(value)
        if key == "at" and isinstance(value, str):
            return datetime.fromisoformat(value)
        return value

    return {key: read(key, value) for key, value in context.items()}


class _Problems(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def _fetcher() -> Any:
    """Nothing is fetched but our own style and fonts, by name; WeasyPrint's default would read any file."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnAssets(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix("act:/")
            if url == "act:/paper.css":
                path, kind = settings.BASE_DIR / "templates" / "pdf" / "paper.css", "text/css"
            elif name in FONTS:
                path, kind = settings.PDF_FONTS / FONTS[name], "font/woff2"
            elif url.startswith("data:image/svg+xml;base64,"):
                return super().fetch(url, headers)
            else:
                raise FatalURLFetchingError("acts fetch nothing")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return OwnAssets(allowed_protocols={"data"})


def _html(kind: str, context: dict[str, Any]) -> str:
    """The document as HTML, in Romanian whatever the screen speaks. `letters.reminder` is `letters/reminder.html`."""
    with translation.override("ro"):
        return render_to_string(f"pdf/{kind.replace('.', '/')}.html", context)
