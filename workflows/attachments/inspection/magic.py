"""What a file is by its first bytes; its name and what the browser says of it count for nothing."""

from enum import StrEnum


class Media(StrEnum):
    """The three types that are accepted."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


CONTENT_TYPES = {Media.PDF: "application/pdf", Media.PNG: "image/png", Media.JPEG: "image/jpeg"}
SUFFIXES = {Media.PDF: ".pdf", Media.PNG: ".png", Media.JPEG: ".jpg"}
_STARTS = {b"%PDF-": Media.PDF, b"\x89PNG\r\n\x1a\n": Media.PNG, b"\xff\xd8\xff": Media.JPEG}


def media_of(data: bytes) -> Media | None:
    """The type that the very first bytes announce: junk before them is how polyglots begin."""
    return next((media for start, media in _STARTS.items() if data.startswith(start)), None)
