"""What pages, mails and acts tell people to do or to expect, and the test that walks each of these roads.

A sentence on screen is a feature: "cereți o cheie nouă" without a way to ask for one is a defect. `python -m
tests.static` compares: every such sentence of the catalogue, of the acts and of the code lists stands here, every road
is a test that exists, nothing stands here that is no longer said.
"""

import ast
import csv
import re
from functools import cache
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
# Words by which a sentence promises: what people may ask, will get, or must do by some day.
PROMISING = re.compile(
    r"\b(?:cereți|puteți|veți primi|primiți|adresați-vă|adresa(?:ți)? instanței|anunțați|întrebați|în termen de"
    r"|vă (?:scriem|vom scrie|trimitem|vom trimite)|se ridică|se poate (?:depune|formula|cere|face))\b"
    r"|\bîn (?:\d+|{{ \w+ }}|%\(\w+\)s) de zile\b",
    re.IGNORECASE,
)


def sentences() -> set[str]:
    """Every promising sentence that the product can say."""
    return {text for text in _texts() if PROMISING.search(text)}


def problems(promises: dict[str, str] | None = None, said: set[str] | None = None) -> list[str]:
    """What does not agree: a promise without its road, a road without its test, a road for what nobody says."""
    promises = PROMISES if promises is None else promises
    said = sentences() if said is None else said
    found = [f"tests/promises.py: no road for {text!r}" for text in sorted(said - promises.keys())]
    found += [f"tests/promises.py: nobody says {text!r}" for text in sorted(promises.keys() - said)]
    lost = {test for road in set(promises.values()) for test in ROADS.get(road, (f"?::{road}",)) if not _exists(test)}
    return found + [f"tests/promises.py: no test {test}" for test in sorted(lost)]


def _texts() -> set[str]:
    found = {" ".join(entry.msgid.split()) for entry in _catalogue() if not entry.obsolete}
    for path in sorted((ROOT / "templates" / "pdf").rglob("*.html")):
        bare = re.sub(r"{%.*?%}|{#.*?#}", " ", path.read_text(encoding="utf-8"), flags=re.S)
        for block in re.split(r"</?(?:p|li|td|th|h1|h2|div|br)\b[^>]*>", bare):
            found.add(" ".join(re.sub(r"<[^>]+>", " ", block).split()))
    for path in sorted((ROOT / "enrolment" / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {
                " ".join(str(row[name]).split()) for row in csv.DictReader(file) for name in ("fix",) if name in row
            }
    return found


def _catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"))


@cache
def _tests(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return name in _tests(path)


ROADS: dict[str, tuple[str, ...]] = {}
PROMISES: dict[str, str] = {}
