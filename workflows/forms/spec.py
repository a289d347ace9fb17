"""What a form asks, page by page, as data. `binding` moves between fields and content; the schema judges values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.errors import FieldError

Text = str | Promise
Choices = tuple[tuple[str, Text], ...]

DATE_HINT = _("ZZ.LL.AAAA, de exemplu 31.12.2026")
YES_NO: Choices = (("true", _("Da")), ("false", _("Nu")))


@dataclass(frozen=True)
class Box:
    """One question. `kind` names the widget of `components/field.html`, `value` what is kept of what is posted.

    A `fixed` one shows what stands and takes no answer.

    `value` is `text`, `boolean`, `integer`, `list`, or `optional` (an empty answer is kept as none). Choices that
    depend on other answers are a function of the content and the box's full name; `label_of` then names a code outside
    them.
    """

    name: str
    label: Text
    kind: str = "text"
    value: str = "text"
    hint: Text = ""
    choices: Choices | Callable[[dict, str], Choices] = ()
    required: bool = True
    autocomplete: str = ""
    inputmode: str = ""
    width: str = ""
    label_of: Callable[[str], Text] | None = None


@dataclass(frozen=True)
class Group:
    """Boxes under one heading; with `repeats` the group is a list of at most `most` rows that grows by a button."""

    title: Text
    parts: tuple[Box | Group, ...]
    name: str = ""
    repeats: bool = False
    most: int = 99
    one: Text = ""
    add: Text = ""
    hint: Text = ""


@dataclass(frozen=True)
class Page:
    """One page of a form."""

    slug: str
    title: Text
    lead: Text
    groups: tuple[Group, ...]

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """The top-level names this page asks for."""
        names = [part.name for group in self.groups for part in ([group] if group.repeats else group.parts)]
        return tuple(dict.fromkeys(name.split(".")[0] for name in names))

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Its boxes by full name, `*` standing for the number of a row."""
        return dict(_boxes(self.groups, ""))

    @cached_property
    def limits(self) -> dict[str, int]:
        """How many rows each of its lists may have, by the name of the list."""
        return dict(_limits(self.groups))


@dataclass(frozen=True)
class Parsed:
    """A judged form: the normalised content, or the errors.

    `as_written` are the fields whose wrong value stands on the paper and was accepted as such.
    """

    content: Any  # dict, or None when there are errors
    errors: tuple[FieldError, ...]
    as_written: frozenset[str] = frozenset()


class Judge(Protocol):
    """What judges a whole content: `workflows.forms.schema.Schema`."""

    def parse(self, raw: Any, *, today: date, as_written: frozenset[str] = frozenset()) -> Parsed: ...

    def json_schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class FormSpec:
    """The form of a procedure: its pages, its judge, and what one answer means for others (`tidy`)."""

    pages: tuple[Page, ...]
    schema: Judge
    tidy: Callable[[dict], dict] = field(default=lambda content: content)

    def page(self, slug: str) -> Page | None:
        """The page with this slug."""
        return next((page for page in self.pages if page.slug == slug), None)

    def parse(self, raw: Any, *, today: date, as_written: frozenset[str] = frozenset()) -> Parsed:
        """Normalise and judge a content as of `today`. Never raises, whatever `raw` is."""
        return self.schema.parse(raw, today=today, as_written=as_written)


def _boxes(groups: tuple[Box | Group, ...], prefix: str) -> Iterator[tuple[str, Box]]:
    for part in groups:
        if isinstance(part, Box):
            yield f"{prefix}{part.name}", part
        else:
            yield from _boxes(part.parts, f"{prefix}{part.name}.*." if part.repeats else prefix)


def _limits(groups: tuple[Box | Group, ...]) -> Iterator[tuple[str, int]]:
    for part in groups:
        if isinstance(part, Group):
            if part.repeats:
                yield part.name, part.most
            yield from _limits(part.parts)
