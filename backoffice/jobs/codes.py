"""Why a job failed, in words a person understands: what happened and what to do. Codes are what handlers raise.

Every room names its own in its `job_codes.py`.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_sentences: dict[str, str | Promise] = {
    "database_busy": _("Baza de date a fost ocupată de fiecare dată. Reluați lucrarea peste câteva minute."),
    "time_limit": _("Lucrarea a durat prea mult de fiecare dată. Reluați-o; dacă se repetă, anunțați suportul."),
    "unknown_kind": _("Versiunea instalată nu cunoaște acest fel de lucrare. Anunțați suportul."),
    "worker_lost": _(
        "Programul care lucrează s-a oprit la fiecare încercare. Reluați; dacă se repetă, anunțați suportul."
    ),
}
OTHER = _("A apărut o eroare neprevăzută la fiecare încercare. Reluați; dacă se repetă, anunțați suportul.")


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Name the failures of a room; a name that ends in `_` stands for every code that begins so."""
    _sentences.update(sentences)


def sentence(code: str) -> str | Promise:
    """The sentence of a code; one that nobody foresaw has a sentence too."""
    beginning = f"{code.partition('_')[0]}_"
    return _sentences.get(code) or _sentences.get(beginning) or OTHER


def known() -> set[str]:
    """Every code that some room has named."""
    return set(_sentences)
