"""Romanian text: one spelling inside, one key for sorting and searching. Pure."""

import re
import unicodedata

_COMMA_BELOW = str.maketrans("şŞţŢ", "șȘțȚ")


def normalise(value: str) -> str:
    """NFC, comma-below ș and ț, white space runs as one space, ends trimmed."""
    composed = unicodedata.normalize("NFC", value).translate(_COMMA_BELOW)
    return re.sub(r"\s+", " ", composed).strip()


def sort_key(value: str) -> str:
    """Folded, without diacritics: the same order on every server, and what search compares."""
    decomposed = unicodedata.normalize("NFKD", normalise(value))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
