"""What a form asks, page by page, as data. `binding` moves between fields and content; the schema judges values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.romania.law import Ground
from workflows.errors import FieldError

Text = str | Promise
Choices = tuple[tuple[str, Text], ...]

DATE_HINT = _("ZZ.LL.AAAA, de exemplu 31.12.2026")
YES_NO: Choices = (("true", _("Da")), ("false", _("Nu")))


@dataclass(frozen=True)
class Why:
    """Why something is asked, in a sentence, and on what ground (OUG 41/2016 wants a public form to say it)."""

    text: Text
    ground: Ground


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
    # May a paper lack it? What a house says itself about a paper never lacks.
    may_lack: bool = True
    # What there is to read before answering: the name of a public page of ours, and what it is called.
    link: str = ""
    link_label: Text = ""


@dataclass(frozen=True)
class Group:
    """Boxes under one heading; with `repeats` the group is a list of at most `most` rows that grows by a button.

    `why` is said where the form is filled in. A group that only holds other groups leaves it to them.
    """

    title: Text
    parts: tuple[Box | Group, ...]
    name: str = ""
    repeats: bool = False
    most: int = 99
    one: Text = ""
    add: Text = ""
    hint: Text = ""
    # What a clerk ticks when the paper names nothing for this list.
    none: Text = _("nimic de acest fel pe hârtie")
    why: Why | None = None

    @property
    def gives_no_reason(self) -> bool:
        """Does it ask for something without saying why?"""
        return self.why is None and any(isinstance(part, Box) for part in self.parts)


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

    `as_written` are the fields whose wrong value stands on the paper and was accepted as such, `missing` those that the
    paper lacks.
    """

    content: Any  # dict, or None when there are errors
    errors: tuple[FieldError, ...]
    as_written: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


class Judge(Protocol):
    """What judges a whole content: `workflows.forms.schema.Schema`."""

    def parse(
        self,
        raw: Any,
        *,
        today: date,
        as_written: frozenset[str] = frozenset(),
        missing: frozenset[str] = frozenset(),
    ) -> Parsed: ...

    def json_schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class FormSpec:
    """The form of a procedure: its pages, its judge, and what one answer means for others (`tidy`).

    `takes` says how long filling it in takes. `is_proposed`: no authority published a model of this form; the pages
    say that it is ours.
    """

    pages: tuple[Page, ...]
    schema: Judge
    takes: Text = ""
    is_proposed: bool = True
    tidy: Callable[[dict], dict] = field(default=lambda content: content)

    def page(self, slug: str) -> Page | None:
        """The page with this slug."""
        return next((page for page in self.pages if page.slug == slug), None)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every group of its pages, those inside others too."""
        return tuple(_groups(tuple(group for page in self.pages for group in page.groups)))

    def parse(
        self,
        raw: Any,
        *,
        today: date,
        as_written: frozenset[str] = frozenset(),
        missing: frozenset[str] = frozenset(),
    ) -> Parsed:
        """Normalise and judge a content as of `today`. Never raises, whatever `raw` is."""
        return self.schema.parse(raw, today=today, as_written=as_written, missing=missing)


def _boxes(groups: tuple[Box | Group, ...], prefix: str) -> Iterator[tuple[str, Box]]:
    for part in groups:
        if isinstance(part, Box):
            yield f"{prefix}{part.name}", part
        else:
            yield from _boxes(part.parts, f"{prefix}{part.name}.*." if part.repeats else prefix)


def _groups(parts: tuple[Box | Group, ...]) -> Iterator[Group]:
    for part in parts:
        if isinstance(part, Group):
            yield part
            yield from _groups(part.parts)


def _limits(groups: tuple[Box | Group, ...]) -> Iterator[tuple[str, int]]:
    for part in groups:
        if isinstance(part, Group):
            if part.repeats:
                yield part.name, part.most
            yield from _limits(part.parts)
