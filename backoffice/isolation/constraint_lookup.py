"""The sentence of a named constraint or guard that refused: said at the model, or registered beside the guard."""

from collections.abc import Mapping

from django.db import IntegrityError, models
from django.utils.functional import Promise

_guard_sentences: dict[str, str | Promise] = {}


def register_guard_sentences(sentences: Mapping[str, str | Promise]) -> None:
    """Give the guards of a room their sentences, by the name under which they raise."""
    _guard_sentences.update(sentences)


def sentence_of(problem: IntegrityError, *models_: type[models.Model], **here: str | Promise) -> str | Promise | None:
    """What to tell the person, or None when nobody has a sentence for it. `here` gives a constraint other words."""
    name = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None)
    sentences: dict[str, str | Promise] = {
        constraint.name: constraint.violation_error_message or ""
        for model in models_
        for constraint in model._meta.constraints
    }
    return (sentences | _guard_sentences | here).get(name or "")
