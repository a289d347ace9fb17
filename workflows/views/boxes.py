"""Between a page of boxes and the nested content of form F1: posted values, errors by box, answers to read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backoffice.accounts.http import SignedInRequest
from enrolment import form, nomenclature
from enrolment.application import FieldError
from enrolment.errors import Invalid, Refused


def posted(request: SignedInRequest, content: dict, page: form.Step) -> dict:
    """The content with what this page posted, one row more or less if its button was pressed."""
    merged = form.merge(content, request.POST, page)
    if add := request.POST.get("add"):
        merged = form.add_row(merged, add)
    if remove := request.POST.get("remove"):
        merged = form.remove_row(merged, remove)
    return merged


def errors_of(errors: Iterable[FieldError], page: form.Step) -> dict[str, list[str]]:
    """The errors of one page, by box."""
    found: dict[str, list[str]] = {}
    for error in errors:
        name = form.box_name(error.field)
        if name.split(".")[0] in page.prefixes:
            found.setdefault(name, []).append(error.message)
    return found


def errors_by_page(errors: Iterable[FieldError]) -> list[dict]:
    """Every page that has errors, with their number and sentences."""
    errors = list(errors)
    pages = []
    for page in form.steps():
        found = errors_of(errors, page)
        if found:
            pages.append({"page": page, "count": sum(map(len, found.values()))})
    return pages


def summary(errors: dict[str, list[str]], page: form.Step, content: dict) -> list[dict[str, Any]]:
    """The error summary on top: the label of each box, its sentence, and the box to go to."""
    lines = form.lines(page, content, {})
    labels = {line.name: line.box.label for line in lines if line.box}
    place = {line.name: number for number, line in enumerate(lines)}
    return [
        {"id": name, "label": labels.get(name) or labels.get(name.rpartition(".")[0]) or "", "message": message}
        for name, messages in sorted(errors.items(), key=lambda item: place.get(item[0], len(place)))
        for message in messages
    ]


def answers(page: form.Step, content: dict) -> list[dict[str, Any]]:
    """The page as questions and answers, for reading."""
    rows: list[dict[str, Any]] = []
    for line in form.lines(page, content, {}):
        if line.kind in ("heading", "row"):
            title = f"{line.title} {line.number}" if line.kind == "row" else line.title
            rows.append({"heading": title, "level": line.level})
        elif line.box:
            rows.append({"label": line.box.label, "value": readable(line)})
    return rows


def readable(line: form.Line) -> str:
    """The answer in words: labels for codes, yes and no for boxes."""
    labels = {str(code): str(label) for code, label in line.choices}
    if isinstance(line.value, bool):
        return _("da") if line.value else _("nu")
    if isinstance(line.value, list):
        return ", ".join(labels.get(str(v)) or _specialty(str(v)) for v in line.value)
    return labels.get(str(line.value), str(line.value))


def reasons(codes: Iterable[str]) -> list[nomenclature.Item]:
    """Reason codes as the items that have their sentences."""
    return [nomenclature.reason(code) for code in codes]


def whole_form(
    request: SignedInRequest,
    *,
    template: str,
    content: dict,
    as_written: list[str],
    context: dict,
    save: Callable[[dict, list[str]], Any],
    done: str,
    pages: tuple[form.Step, ...] | None = None,
) -> HttpResponse:
    """The whole form on one page: shown filled in, judged when posted, nothing typed is lost."""
    pages = pages or form.steps()
    errors: dict[str, list[str]] = {}
    refused = ""
    if request.method == "POST":
        for page in pages:
            content = posted(request, content, page)
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
    written = [form.box_name(path) for path in as_written]
    sections = [{"page": page, "lines": form.lines(page, content, errors, written)} for page in pages]
    found = [entry for page in pages for entry in summary(errors_on(errors, page), page, content)]
    return render(
        request,
        template,
        context | {"sections": sections, "errors": found, "refused": refused},
        status=422 if errors or refused else 200,
    )


def errors_on(errors: dict[str, list[str]], page: form.Step) -> dict[str, list[str]]:
    """The errors whose box stands on this page."""
    return {name: messages for name, messages in errors.items() if name.split(".")[0] in page.prefixes}


def _specialty(code: str) -> str:
    return nomenclature.specialty(code).label if code in nomenclature.codes("specialties") else code
