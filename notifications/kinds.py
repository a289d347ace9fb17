"""Kinds of document: registered by whoever issues them. The code is also the template: `pdf/<folder>/<name>.html`."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class DocumentKind:
    """One kind of document. `code` is `<procedure>.<name>`; `is_decision`: its reading communicates the decision."""

    code: str
    label: str | Promise
    is_decision: bool = False


_kinds: dict[str, DocumentKind] = {}


def register(kind: DocumentKind) -> None:
    """Make a kind known to every process."""
    _kinds[kind.code] = kind


def get(code: str) -> DocumentKind:
    """The kind with this code. Raises `KeyError`."""
    return _kinds[code]
