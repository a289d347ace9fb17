"""Loading keyed-in paper requests: one line in, one line out, each committed by itself (docs/intake.md)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from backoffice.accounts.models import House
from workflows.enums import Channel
from workflows.errors import FieldError, Invalid
from workflows.forms import absent
from workflows.forms.schema import error
from workflows.forms.spec import Parsed
from workflows.procedures import Procedure
from workflows.services import filings
from workflows.services.filings import Submission

AS_TEXT = 200


def load(procedure: Procedure, lines: Iterable[str], *, today: date) -> Iterator[dict[str, Any]]:
    """The report line of each input line, in order. A bad line is reported and the next one goes on."""
    for line in lines:
        if line.strip():
            yield load_line(procedure, line, today=today)


def load_line(procedure: Procedure, line: str, *, today: date) -> dict[str, Any]:
    """Register one keyed-in request, or say what is wrong with it; nothing is stored then."""
    try:
        raw = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _invalid(None, [error("", "json")])
    ref = raw.get("ref") if isinstance(raw, dict) else None
    missing = raw.pop("missing_on_paper", []) if isinstance(raw, dict) else []
    if not _is_list_of_paths(missing):
        return _invalid(ref, [error("missing_on_paper", "type")])
    parsed = procedure.form.parse(raw, today=today, missing=frozenset(missing))
    errors = list(parsed.errors)
    if isinstance(raw, dict):
        errors += _frame_errors(raw, {e.field for e in errors})
    if errors:
        return _invalid(ref, errors)
    try:
        return _register(procedure, parsed, today=today)
    except Invalid as problem:
        return _invalid(ref, problem.errors)
    except IntegrityError:
        # The same reference came in twice at the same moment: the other one won, and this one finds it.
        return _register(procedure, parsed, today=today)


@transaction.atomic
def _register(procedure: Procedure, parsed: Parsed, *, today: date) -> dict[str, Any]:
    content, missing = parsed.content, sorted(parsed.missing)
    house = House.objects.get(code=content["house"])
    known = filings.same_reference(house=house, reference=content["ref"])
    if known is not None:
        if known.content_sha256 != filings.fingerprint(content) or known.missing != missing:
            raise Invalid([filings.reference_taken()])
        return _report(content["ref"], filings.submission_of(known)) | {"repeated": True}
    channel = Channel(content["channel"])
    filing = filings.start_paper(
        procedure, house=house, channel=channel, reference=content["ref"], content=content, missing=missing, by=None
    )
    return _report(content["ref"], filings.submit(filing, by=None, today=today))


def _is_list_of_paths(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= absent.MOST and all(isinstance(path, str) for path in value)


def _frame_errors(raw: dict[str, Any], wrong: set[str]) -> list[FieldError]:
    """A line of a file also needs its reference, the house that received it, and a paper channel."""
    errors = []
    if "ref" not in wrong and not str(raw.get("ref") or "").strip():
        errors.append(error("ref", "missing"))
    if "house" not in wrong and raw.get("house") is None:
        errors.append(error("house", "missing"))
    if "channel" not in wrong and raw.get("channel") == Channel.ONLINE:
        errors.append(error("channel", "code_list"))
    if "signature" not in wrong and raw.get("signature") == "account":
        errors.append(error("signature", "code_list"))
    return errors


def _report(ref: str, submission: Submission) -> dict[str, Any]:
    first = submission.cases[0]
    findings = {
        f["code"] for case in submission.cases for check in case.checks.filter(version=1) for f in check.findings
    }
    line: dict[str, Any] = {
        "ref": ref,
        "outcome": "redirected" if submission.redirected else "registered",
        "house": first.house.code,
        "number": str(first.entry),
        "findings": sorted(findings),
    }
    if len(submission.cases) > 1:
        line["cases"] = [{"house": case.house.code, "number": str(case.entry)} for case in submission.cases]
    return line


def _invalid(ref: Any, errors: Iterable[FieldError]) -> dict[str, Any]:
    shown = ref[:AS_TEXT] if isinstance(ref, str) else ref if isinstance(ref, int | float | None) else None
    return {"ref": shown, "outcome": "invalid", "errors": [error.as_dict() for error in errors]}


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
