"""What a form's content and its errors look like to a person: errors by box and page, answers to read."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.http import SignedInRequest
from workflows.errors import FieldError, Invalid, Refused
from workflows.forms import binding
from workflows.forms.absent import WORDS, covers
from workflows.forms.spec import Box, FormSpec, Group, Page, Text


def errors_of(errors: Iterable[FieldError], page: Page) -> dict[str, list[str]]:
    """The errors of one page, by box."""
    found: dict[str, list[str]] = {}
    for error in errors:
        name = binding.box_name(error.field)
        if name.split(".")[0] in page.prefixes:
            found.setdefault(name, []).append(error.message)
    return found


def errors_by_page(form: FormSpec, errors: Iterable[FieldError]) -> list[dict]:
    """Every page that has errors, with their number and sentences."""
    errors = list(errors)
    found = [(page, errors_of(errors, page)) for page in form.pages]
    return [{"page": page, "count": sum(map(len, by_box.values()))} for page, by_box in found if by_box]


def summary(errors: dict[str, list[str]], page: Page, content: dict) -> list[dict[str, Any]]:
    """The error summary on top: the label of each box, its sentence, and the box to go to."""
    lines = binding.lines(page, content, {})
    labels = {line.name: line.box.label for line in lines if line.box}
    place = {line.name: number for number, line in enumerate(lines)}
    return [
        {"id": name, "label": labels.get(name) or labels.get(name.rpartition(".")[0]) or "", "message": message}
        for name, messages in sorted(errors.items(), key=lambda item: place.get(item[0], len(place)))
        for message in messages
    ]


def answers(page: Page, content: dict, missing: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The page as questions and answers, for reading; what a paper lacks is said to lack."""
    rows: list[dict[str, Any]] = []
    names = [binding.box_name(path) for path in missing]
    for line in binding.lines(page, content, {}, missing=names):
        within = line.missing or covers(names, line.name)
        if line.kind == "row" and within:
            rows.append({"label": line.title, "value": WORDS, "missing": True})
        elif line.kind in ("heading", "row"):
            title = f"{line.title} {line.number}" if line.kind == "row" else line.title
            rows.append({"heading": title, "level": line.level})
        elif line.box and not _in_missing_list(names, line.name):
            value = WORDS if within else readable(line)
            rows.append({"label": line.box.label, "value": value, "missing": within})
    return rows


def sections(form: FormSpec, content: dict, missing: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The whole form as questions and answers, page by page."""
    return [{"page": page, "rows": answers(page, content, missing)} for page in form.pages]


def field_label(form: FormSpec, path: str) -> str:
    """What a field, a row or a list is called where somebody reads about it: `Medicul 2: Telefonul`."""
    name, labels = binding.box_name(path), dict(FRAME_LABELS)
    steps: list[str] = []
    groups = [group for page in form.pages for group in page.groups]
    while groups:
        group = groups.pop(0)
        if group.repeats and (name == group.name or name.startswith(f"{group.name}.")):
            number, _dot, rest = name.removeprefix(group.name).lstrip(".").partition(".")
            steps.append(f"{group.one} {int(number) + 1}" if number else str(group.title or group.one))
            name, groups, labels = rest, [], {}
        elif group.repeats:
            continue
        labels |= {part.name: part.label for part in group.parts if isinstance(part, Box)}
        groups += [part for part in group.parts if isinstance(part, Group)]
    if name:
        steps.append(str(labels.get(name) or _part_label(form, path) or name))
    return ": ".join(step.rstrip(".") for step in steps)


# What the paper form asks beside the form of the procedure.
FRAME_LABELS: dict[str, Text] = {"signature": gettext_lazy("Semnătura reprezentantului legal")}


def _part_label(form: FormSpec, path: str) -> str:
    """A part of a form that is more than one box is named by the group that holds its boxes."""
    inner = re.sub(r"\[\d+\]", ".*", path) + "."
    for page in form.pages:
        for group in _all_groups(page.groups):
            if any(inner.endswith(f"{part.name.rpartition('.')[0]}.") and "." in part.name for part in group.parts):
                return str(group.title)
    return ""


def _all_groups(groups: Iterable[Any]) -> Iterator[Group]:
    for group in groups:
        if isinstance(group, Group):
            yield group
            yield from _all_groups(group.parts)


def _in_missing_list(names: Iterable[str], name: str) -> bool:
    """Does the box stand in a row of a list that lacks as a whole?"""
    return any(re.match(re.escape(lacking) + r"\.\d+\.", name) for lacking in names)


def readable(line: binding.Line) -> str:
    """The answer in words: labels for codes, yes and no for boxes."""
    labels = {str(code): str(label) for code, label in line.choices}
    label_of = line.box.label_of if line.box and line.box.label_of else str
    if isinstance(line.value, bool):
        return _("da") if line.value else _("nu")
    if isinstance(line.value, list):
        return ", ".join(labels.get(str(v)) or str(label_of(str(v))) for v in line.value)
    return labels.get(str(line.value), str(line.value))


@dataclass(frozen=True)
class Marks:
    """What a clerk says about a paper: paths whose wrong value stands so, and paths at which it says nothing."""

    as_written: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @classmethod
    def of(cls, post: MultiValueDict, pages: Iterable[Page]) -> "Marks":
        """What was ticked; at what these pages do not ask there is nothing to tick."""
        pages = tuple(pages)
        return cls(tuple(binding.marked(pages, post, "as_written")), tuple(binding.marked(pages, post, "missing")))


def edit_form(
    request: SignedInRequest,
    form: FormSpec,
    *,
    template: str,
    content: dict,
    marks: Marks,
    context: dict,
    save: Callable[[dict, Marks], Any],
    done: str,
    pages: tuple[Page, ...] = (),
    on_paper: bool = False,
) -> HttpResponse:
    """The whole form on one page: shown filled in, judged when posted, nothing typed is lost.

    `on_paper`: a clerk types what stands on a paper, and says at each field what does not or cannot be right.
    """
    pages = pages or form.pages
    errors: dict[str, list[str]] = {}
    refused = ""
    if request.method == "POST":
        for page in pages:
            content = binding.posted(form, content, page, request.POST)
        marks = Marks.of(request.POST, pages) if on_paper else Marks()
        if "go" in request.POST:
            try:
                save(content, marks)
            except Invalid as problem:
                told = _as_told_to_a_clerk(problem.errors) if on_paper else problem.errors
                for page in pages:
                    errors |= errors_of(told, page)
                if not errors:
                    refused = " ".join(error.message for error in problem.errors)
            except Refused as problem:
                refused = str(problem.sentence)
            else:
                return redirect(done)
    written, missing = ([binding.box_name(path) for path in paths] for paths in (marks.as_written, marks.missing))
    shown = [
        {
            "page": page,
            "lines": binding.lines(page, content, errors, written, missing, on_paper),
            "count": sum(map(len, _errors_on(errors, page).values())),
        }
        for page in pages
    ]
    found = [entry for page in pages for entry in summary(_errors_on(errors, page), page, content)]
    return render(
        request,
        template,
        context | {"sections": shown, "errors": found, "refused": refused},
        status=422 if errors or refused else 200,
    )


def _as_told_to_a_clerk(errors: Iterable[FieldError]) -> list[FieldError]:
    """Nobody answers or ticks for an applicant: where nothing stands, the paper may lack it."""
    words = _("Scrieți ce este pe hârtie sau bifați mai jos că lipsește.")
    return [replace(e, message=words) if e.code in ("missing", "must_accept") else e for e in errors]


def _errors_on(errors: dict[str, list[str]], page: Page) -> dict[str, list[str]]:
    """The errors whose box stands on this page."""
    return {name: messages for name, messages in errors.items() if name.split(".")[0] in page.prefixes}
