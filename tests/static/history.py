"""Secrets in the history: every blob that git holds, by what keys look like and by entropy."""

import math
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHAPES = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "Tink keyset": re.compile(r'"keyMaterialType"\s*:\s*"SYMMETRIC"'),
    "access token": re.compile(
        r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xox[abpr]-[\w-]{10,})"
    ),
    "web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "password in an address": re.compile(
        r"\b(?:postgres|redis|smtp|amqp|https?)://[^\s:/@{}%$]+:([^\s@/{}$<]{6,})@[^\s]"
    ),
}
ASSIGNED = re.compile(
    r"""(?i)(?:secret|passw(?:or)?d|token|api_?key|licence_key|private_key)\w*["']?\s*[:=]\s*["']([^"'\s]{12,})["']"""
)
HEXADECIMAL = re.compile(r"(?<![\w-])[0-9a-f]{64}(?![\w-])")
# Each with its reason; a value that is not here and looks like a secret is one.
ALLOWED_VALUES = {
    "demo-parola-2026": "password of the demo, printed on its log-in page",
    "change-me": "placeholder of .env.example",
    "password": "the word itself, in an example of an address",
    "secret": "the word itself, in an address that the settings refuse",
}
# Paths whose 64 hexadecimal digits are fingerprints of public files.
FINGERPRINTS = re.compile(r"^(requirements/|static/vendor/|locale/)")
NOT_TEXT = re.compile(r"\.(png|jpg|woff2?|ttf|otf|mo|ico|pdf|gz|pfb)$")
ENTROPY = 2.8


def findings(root: Path = ROOT) -> tuple[list[str], int]:
    """Every secret found, and how many blobs were read."""
    found, count = [], 0
    for path, blob in blobs(root):
        count += 1
        if not NOT_TEXT.search(path):
            found += [f"{path}: {what}" for what in secrets_in(path, blob.decode("utf-8", "replace"))]
    return found, count


def blobs(root: Path) -> Iterator[tuple[str, bytes]]:
    """Each blob reachable from any commit that is here, with one of its paths. A shallow clone has fewer."""
    listed = _git(root, "rev-list", "--objects", "--all").decode().splitlines()
    paths = dict((line.split(" ", 1) + [""])[:2] for line in listed)
    answer = _git(root, "cat-file", "--batch", "--buffer", stdin="\n".join(paths).encode())
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        sha, kind, size = answer[at:end].decode().split()
        at = end + 1 + int(size)
        if kind == "blob":
            yield paths[sha], answer[end + 1 : at]
        at += 1


def secrets_in(path: str, text: str) -> Iterator[str]:
    """What looks like a secret in a text."""
    for name, shape in SHAPES.items():
        for match in shape.finditer(text):
            if (match.groups() or ("",))[0] not in ALLOWED_VALUES:
                yield name
    # Passwords of tests open nothing.
    for value in [] if path.startswith("tests/") else ASSIGNED.findall(text):
        if (
            value not in ALLOWED_VALUES
            and entropy(value) > ENTROPY
            and not re.search(r"[{}()<>\[\]]|^[a-z_.]+$", value)
        ):
            yield "a value assigned to a secret's name"
    if not FINGERPRINTS.match(path):
        yield from ("64 random hexadecimal digits" for value in HEXADECIMAL.findall(text) if entropy(value) > ENTROPY)


def entropy(value: str) -> float:
    """Bits for each character; random hexadecimal text of 64 digits has about 3.8."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in map(value.count, set(value)))


def _git(root: Path, *words: str, stdin: bytes | None = None) -> bytes:
    return subprocess.run(["git", *words], cwd=root, input=stdin, capture_output=True, check=True).stdout
