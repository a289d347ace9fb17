"""Romanian text: one spelling inside, one key for sorting and searching. Pure."""

import re
import unicodedata

_COMMA_BELOW = str.maketrans("şŞţŢ", "șȘțȚ")
# What a reader never sees and a copy from a web page or a PDF brings along: soft hyphens, zero-width spaces and
# joiners, marks of direction, variation selectors. Overrides of direction (U+202A to U+202E, U+2066 to U+2069) change
# what a reader sees: they stay, so that whoever judges the text can refuse it.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_SEPARATORS = re.compile(r"[\s./()\-\u2010-\u2015\u2212]+")


def normalise(value: str) -> str:
    """NFC, comma-below ș and ț, no invisible characters, white space runs as one space, ends trimmed."""
    composed = unicodedata.normalize("NFC", _INVISIBLE.sub("", value)).translate(_COMMA_BELOW)
    return re.sub(r"\s+", " ", composed).strip()


def without_separators(value: str) -> str:
    """A number as people group it, without what groups it: `1750514-139 013` is `1750514139013`."""
    return _SEPARATORS.sub("", normalise(value))


def sort_key(value: str) -> str:
    """Folded, without diacritics: the same order on every server, and what search compares."""
    decomposed = unicodedata.normalize("NFKD", normalise(value))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
