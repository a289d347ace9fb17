"""What services refuse with. Each carries a sentence for the person who asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.isolation.constraint_lookup import sentence_of


@dataclass(frozen=True)
class FieldError:
    """One thing to put right in a form: where, a stable code, and a sentence."""

    field: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """As the intake report writes it."""
        return {"field": self.field, "code": self.code, "message": self.message}


class Refused(Exception):
    """The step is not possible; `sentence` says why and what to do, in the words of the screen."""

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


@contextmanager
def constraints_as_sentences(*models_: type[models.Model], **here: str | Promise) -> Iterator[None]:
    """Turn the refusal of a named constraint or guard into `Refused` with its sentence.

    `here` gives a constraint other words for this step.
    """
    try:
        yield
    except IntegrityError as problem:
        sentence = sentence_of(problem, *models_, **here)
        if sentence is None:
            raise
        raise Refused(sentence) from None
