"""The codes of events and the sentence each shows in a history. Every room names its own in its `events.py`."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_sentences: dict[str, str | Promise] = {
    "security.login_failed": _("Autentificare nereușită"),
    "security.access_refused": _("Acces refuzat"),
}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Name the events of a room."""
    _sentences.update(sentences)


def sentence(code: str) -> str | Promise:
    """What a history shows. Raises `KeyError`."""
    return _sentences[code]


def is_known(code: str) -> bool:
    """Has some room named this event?"""
    return code in _sentences


def is_refusal(code: str) -> bool:
    """What was refused is written after the rollback, into a chain of its own."""
    return code.startswith("security.")


def every() -> list[str]:
    """All codes."""
    return sorted(_sentences)
