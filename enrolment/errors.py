"""What services refuse with. Each carries a sentence for the person who asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrolment.application import FieldError


class Refused(Exception):
    """The act is not possible; `sentence` says why and what to do, in the words of the screen."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stale(Refused):
    """The case moved on while the person was looking at it."""

    def __init__(self) -> None:
        super().__init__(_("Între timp dosarul a trecut la altă etapă. Deschideți-l din nou pentru a vedea unde este."))


class Invalid(Exception):
    """The form has errors; nothing was stored."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = list(errors)


# The database's own guards (migrations `*_guards`) raise under these names.
GUARD_SENTENCES = {
    "decision_by_party": _("Sunteți parte în acest dosar, deci nu îl puteți decide."),
    "decision_out_of_order": _("Dosarul nu este la această etapă. Deschideți-l din nou."),
    "holding_without_its_decisions": _("Nu se poate emite nimic fără deciziile dosarului."),
}


@contextmanager
def constraints_as_sentences(*models_: type[models.Model], **here: str | Promise) -> Iterator[None]:
    """Turn the refusal of a named constraint into `Refused` with its sentence (style.md rule 3).

    `here` gives a constraint other words for this act.
    """
    try:
        yield
    except IntegrityError as problem:
        name = getattr(getattr(problem.__cause__, "diag", None), "constraint_name", None)
        sentences: dict[str, Any] = dict(GUARD_SENTENCES)
        for model in models_:
            sentences |= {c.name: c.violation_error_message for c in model._meta.constraints}
        sentences |= here
        if name not in sentences:
            raise
        raise Refused(sentences[name]) from None
