"""Licence keys of the shape `AB012-C345-D678-E910` (docs/domain.md). Pure.

Two letters and three digits, then three groups of a letter and three digits: 5 letters, 12 digits. The last two
digits are a checksum: ISO 7064 MOD 97-10 over everything before them, so that every single wrong character and every
swap of neighbours is noticed. 5 letters of 26 and 10 free digits leave 26^5 x 10^10, about 2^56.7 keys: too few for
an unkeyed hash, so a key is kept only as an HMAC.
"""

import hashlib
import hmac
import re
import secrets
import string

SHAPE = re.compile(r"([A-Z]{2}\d{3})-?([A-Z]\d{3})-?([A-Z]\d{3})-?([A-Z]\d{3})", re.ASCII)
PATTERN = "LLDDDLDDDLDDDLD"  # what is drawn; two check digits follow


def generate() -> str:
    """A fresh key from the system's random source."""
    drawn = "".join(secrets.choice(string.ascii_uppercase if kind == "L" else string.digits) for kind in PATTERN)
    return _grouped(drawn + _check_digits(drawn))


def normalise(typed: str) -> str:
    """What a person typed, as it is printed: upper case, dashes in place. Unreadable input comes back bare."""
    bare = re.sub(r"[\s\-–—]", "", typed).upper()
    return _grouped(bare) if len(bare) == 17 else bare


def is_well_formed(key: str) -> bool:
    """Right shape and right checksum; says nothing about whether it was ever issued."""
    if not SHAPE.fullmatch(key):
        return False
    bare = key.replace("-", "")
    return _check_digits(bare[:-2]) == bare[-2:]


def verifier(key: str, secret: bytes) -> bytes:
    """What the database keeps of a key for good: HMAC-SHA-256 under the licence secret."""
    return hmac.new(secret, normalise(key).encode(), hashlib.sha256).digest()


def matches(typed: str, secret: bytes, kept: bytes) -> bool:
    """Is this the key behind `kept`? Constant time."""
    return hmac.compare_digest(verifier(typed, secret), kept)


def mask(key: str) -> str:
    """`AB012-****-****-****`: what the archived convention shows."""
    return f"{key[:5]}-****-****-****"


def _check_digits(body: str) -> str:
    """ISO 7064 MOD 97-10 over the body, a letter read as 10..35."""
    number = "".join(str(int(character, 36)) for character in body)
    return f"{98 - int(number + '00') % 97:02d}"


def _grouped(bare: str) -> str:
    return f"{bare[:5]}-{bare[5:9]}-{bare[9:13]}-{bare[13:]}"
