"""What a form's content and its errors look like to a person: errors by box and page, answers to read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backoffice.accounts.http import SignedInRequest
from workflows.errors import FieldError, Invalid, Refused
from workflows.forms import binding
from workflows.forms.spec import FormSpec, Page


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


def answers(page: Page, content: dict) -> list[dict[str, Any]]:
    """The page as questions and answers, for reading."""
    rows: list[dict[str, Any]] = []
    for line in binding.lines(page, content, {}):
        if line.kind in ("heading", "row"):
            title = f"{line.title} {line.number}" if line.kind == "row" else line.title
            rows.append({"heading": title, "level": line.level})
        elif line.box:
            rows.append({"label": line.box.label, "value": readable(line)})
    return rows


def sections(form: FormSpec, content: dict) -> list[dict[str, Any]]:
    """The whole form as questions and answers, page by page."""
    return [{"page": page, "rows": answers(page, content)} for page in form.pages]


def readable(line: binding.Line) -> str:
    """The answer in words: labels for codes, yes and no for boxes."""
    labels = {str(code): str(label) for code, label in line.choices}
    label_of = line.box.label_of if line.box and line.box.label_of else str
    if isinstance(line.value, bool):
        return _("da") if line.value else _("nu")
    if isinstance(line.value, list):
        return ", ".join(labels.get(str(v)) or str(label_of(str(v))) for v in line.value)
    return labels.get(str(line.value), str(line.value))


def edit_form(
    request: SignedInRequest,
    form: FormSpec,
    *,
    template: str,
    content: dict,
    as_written: list[str],
    context: dict,
    save: Callable[[dict, list[str]], Any],
    done: str,
    pages: tuple[Page, ...] = (),
) -> HttpResponse:
    """The whole form on one page: shown filled in, judged when posted, nothing typed is lost."""
    pages = pages or form.pages
    errors: dict[str, list[str]] = {}
    refused = ""
    if request.method == "POST":
        for page in pages:
            content = binding.posted(form, content, page, request.POST)
        as_written = request.POST.getlist("as_written")
        if "go" in request.POST:
            try:
                save(content, as_written)
            except Invalid as problem:
                for page in pages:
                    errors |= errors_of(problem.errors, page)
                if not errors:
                    refused = " ".join(error.message for error in problem.errors)
            except Refused as problem:
                refused = str(problem.sentence)
            else:
                return redirect(done)
    written = [binding.box_name(path) for path in as_written]
    shown = [{"page": page, "lines": binding.lines(page, content, errors, written)} for page in pages]
    found = [entry for page in pages for entry in summary(_errors_on(errors, page), page, content)]
    return render(
        request,
        template,
        context | {"sections": shown, "errors": found, "refused": refused},
        status=422 if errors or refused else 200,
    )


def _errors_on(errors: dict[str, list[str]], page: Page) -> dict[str, list[str]]:
    """The errors whose box stands on this page."""
    return {name: messages for name, messages in errors.items() if name.split(".")[0] in page.prefixes}
