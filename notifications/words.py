"""The words of a document as a reader sees them: what its fingerprint covers, whatever the template looks like inside.

What only the last stage and the worker know (number, date, signature, seal, verification address) stands in the words
as a marked place, `‹numărul›`: the signer sees that something is added there, and nothing can be added elsewhere.
"""

import hashlib
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

# Texts of documents are Romanian whatever language the screen speaks, and so are the names of these places.
LATER = {
    "number": "‹numărul›",
    "date": "‹data›",
    "sign": "‹semnătura: numele, data și ora›",
    "seal": "‹felul sigiliului›",
    "verify_url": "‹adresa de verificare›",
    "text_sha256": "‹amprenta de mai jos›",
    "qr": "‹codul QR›",
}
MADE_LATER = "‹se completează la emitere›"
_PLACES = re.compile("|".join(map(re.escape, (*LATER.values(), MADE_LATER))))
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)
_HEADING = re.compile(r"(</?h)([1-4])\b")
_INLINE = frozenset(("a", "abbr", "b", "code", "em", "i", "img", "small", "span", "strong", "sub", "sup", "u"))


class _MadeLater(dict):
    """Stands for the words that the worker makes: every one of them is a marked place."""

    def __missing__(self, key: str) -> str:
        return MADE_LATER


def places() -> dict[str, Any]:
    """What fills a template while number, date and the rest are not known: their marked places.

    `date`, `sign` and `qr` are no text in the template, so they are empty, and it shows `later.date` in their stead.
    """
    return LATER | {"date": None, "sign": None, "qr": None, "later": LATER, "made": _MadeLater()}


def body_of(html: str) -> str:
    """The body of a document as part of a page: headings two levels lower, marked places as such."""
    found = _BODY.search(html)
    body = _HEADING.sub(lambda part: f"{part[1]}{int(part[2]) + 2}", found[1] if found else html)
    return _PLACES.sub(lambda place: f'<span class="later">{place[0]}</span>', body)


def words_of(html: str) -> str:
    """The words of a document, one line for each block, in normal form: white space and mark-up change nothing."""
    reader = _Reader()
    found = _BODY.search(html)
    reader.feed(found[1] if found else html)
    reader.close()
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", "".join(reader.parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def fingerprint(kind: str, words: str) -> str:
    """The SHA-256 of a document's words: of its kind, a line end and the words, as UTF-8."""
    return hashlib.sha256(f"{kind}\n{words}".encode()).hexdigest()


def fingerprint_of_all(about: str, documents: list[tuple[str, str]]) -> str:
    """What one signature covers, as SHA-256: a line for what it is about, then `kind fingerprint` of each document."""
    lines = [about, *(f"{kind} {sha256}" for kind, sha256 in documents)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def fits(signed: str, filled: str) -> bool:
    """Do the filled words say what was signed, and more only at the marked places?"""
    first, *others = _PLACES.split(signed)
    if not others:
        return filled == signed
    *middle, last = others
    if not (filled.startswith(first) and filled.endswith(last)):
        return False
    at, end = len(first), len(filled) - len(last)
    for part in middle:
        found = filled.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


class _Reader(HTMLParser):
    """Collects the text of a body; whatever is not inside a line begins a new one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.parts.append("\n")
        if text := dict(attrs).get("alt"):
            self.parts.append(f" {text} ")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
