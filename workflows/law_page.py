"""`docs/law.md`: everything that must say its ground, and the articles behind it, written from the data.

`python -m workflows.law_page` writes it; a test compares it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils import translation

from backoffice.romania import law
from workflows import grounds, procedures
from workflows.procedures import Procedure

PAGE = Path(__file__).resolve().parents[1] / "docs" / "law.md"
INTRODUCTION = (
    "Written by `python -m workflows.law_page` from `backoffice/romania/law.py`, `workflows/grounds.py`, the stages",
    "and the procedures; a test compares it. *regula casei* is a rule of the house, or of this product until the house",
    "says otherwise, and no rule of law. *not read*: we know the article from pages that cite it; staff see the mark,",
    "acts do not print it.",
)
HEADINGS = {
    "term": "Terms",
    "rule": "Rules",
    "notice": "Notices",
    "stage": "Stages of a decision",
    "reason": "Reasons",
    "cause": "Closing, joining, a longer term",
}


def page(found: Sequence[Procedure]) -> str:
    """The text of docs/law.md; what is said to people stands there in Romanian, as they read it."""
    with translation.override("ro"):
        return "\n".join(_lines(found)) + "\n"


def _lines(own: Sequence[Procedure]) -> Iterator[str]:
    yield from ("# What each rule rests on", "", *INTRODUCTION)
    found = list(grounds.lines(own))
    for sort, heading in HEADINGS.items():
        yield from ("", f"## {heading}", "", "| code | what it says | ground |", "|---|---|---|")
        for line in found:
            if line.sort == sort:
                code = f"{line.procedure}: {line.code}" if line.procedure else line.code
                yield f"| `{code}` | {line.says} | {'; '.join(str(each) for each in line.grounds or ())} |"
    yield from ("", "## General grounds", "", "What every decision of a procedure rests on.", "")
    for procedure in own:
        yield f"- `{procedure.code}`: {'; '.join(law.cited(procedure.general_grounds))}"
    yield from ("", "## Articles", "", "| act | article | in our words | text |", "|---|---|---|---|")
    for each in law.articles():
        if each.act:
            read = "read" if each.read else "not read"
            yield f"| {each.act.code} | {each.place or 'the act'} | {each.says} | {read} |"


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    django.setup()
    PAGE.write_text(page(procedures.every()), encoding="utf-8")
