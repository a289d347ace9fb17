"""What differs between two contents of an enrolment, in words: what came, what went, and each answer that changed.

A physician is the same by their CNP, a work point by its name, or else by its address. Pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enrolment.providers import text
from enrolment.providers.change.form import PAGES
from workflows.forms import binding, display

# Said at each filing anew, so no data of the provider.
DECLARED = frozenset({"declaration", "privacy_notice"})
LISTS = ("work_points", "physicians")


@dataclass(frozen=True)
class Difference:
    """One thing that differs: which, before and after; an empty side is not there."""

    what: str
    before: str
    after: str

    def as_dict(self) -> dict[str, str]:
        """As it is kept in the text of an act."""
        return {"what": self.what, "before": self.before, "after": self.after}


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Everything that differs, in the order of the form; rows that came or went after the answers that changed."""
    same = {name: _pairs(before, after, name) for name in LISTS}
    old, new = _answers(before), _answers(after)
    found = []
    for name, (label, now) in new.items():
        former = _former(name, same)
        then = old.get(former, ("", ""))[1] if former else now
        if then != now:
            found.append(Difference(_place(name, after) + label, then, now))
    for name, (label, then) in old.items():
        now_called = _now(name, same)
        if now_called is not None and now_called not in new and then:
            found.append(Difference(_place(now_called, after) + label, then, ""))
    for name in LISTS:
        found += _came_and_went(before, after, name, same[name])
    return found


def _answers(content: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Each answer by the name of its box: label and words. Of an identity number only the end is said."""
    return {
        line.name: (str(line.box.label), _words(line))
        for page in PAGES
        for line in binding.lines(page, content, {})
        if line.box and line.name not in DECLARED
    }


def _words(line: binding.Line) -> str:
    said = display.readable(line)
    return f"…{said[-4:]}" if line.name.endswith("cnp") and said else said


def _row(name: str) -> tuple[str, int] | None:
    """The list and the row in which a box stands, if it stands in one."""
    first, _dot, rest = name.partition(".")
    index = rest.partition(".")[0]
    return (first, int(index)) if first in LISTS and index.isdecimal() else None


def _former(name: str, same: dict[str, dict[int, int]]) -> str | None:
    """The name of the same box before; None in a row that was not there."""
    row = _row(name)
    if row is None:
        return name
    lists, index = row
    if index not in same[lists]:
        return None
    rest = name.split(".", 2)[2]
    return f"{lists}.{same[lists][index]}.{rest}"


def _now(name: str, same: dict[str, dict[int, int]]) -> str | None:
    """The name that a box of before has now; None in a row that is no more."""
    row = _row(name)
    if row is None:
        return name
    lists, index = row
    rest = name.split(".", 2)[2]
    return next((f"{lists}.{new}.{rest}" for new, former in same[lists].items() if former == index), None)


def _pairs(before: dict[str, Any], after: dict[str, Any], name: str) -> dict[int, int]:
    """Which row of `after` is which row of `before`."""
    found: dict[int, int] = {}
    for identity in IDENTITIES[name]:
        for index, row in enumerate(after.get(name) or []):
            taken = set(found.values())
            same = [
                i
                for i, former in enumerate(before.get(name) or [])
                if i not in taken and identity(former) == identity(row)
            ]
            if index not in found and same:
                found[index] = same[0]
    return found


IDENTITIES: dict[str, tuple[Callable[[dict], Any], ...]] = {
    "work_points": (lambda point: point.get("name"), lambda point: point.get("address")),
    "physicians": (lambda physician: physician.get("cnp"),),
}


def _place(name: str, content: dict[str, Any]) -> str:
    """Whose answer it is, before its label: `Medicul POPESCU Ion: `."""
    row = _row(name)
    return f"{_called(row[0], content[row[0]][row[1]])}: " if row else ""


def _called(name: str, row: dict[str, Any]) -> str:
    if name == "work_points":
        return _("Punctul de lucru „{name}”").format(name=row.get("name"))
    return _("Medicul {name}").format(name=f"{(row.get('last_name') or '').upper()} {row.get('first_name') or ''}")


def _came_and_went(
    before: dict[str, Any], after: dict[str, Any], name: str, same: dict[int, int]
) -> Iterator[Difference]:
    """Rows that are new, and rows that are no more, each summed up in one line."""
    for index, row in enumerate(after.get(name) or []):
        if index not in same:
            yield Difference(_called(name, row), "", text.in_one_line(name, row, after))
    for index, row in enumerate(before.get(name) or []):
        if index not in same.values():
            yield Difference(_called(name, row), text.in_one_line(name, row, before), "")
