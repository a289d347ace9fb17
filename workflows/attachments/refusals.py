"""Why a file was not taken, in sentences that say what to do next; and the name under which a file is shown."""

import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.romania.text import normalise

REASONS: dict[str, str | Promise] = {
    "empty": _("Fișierul este gol. Alegeți-l din nou."),
    "too_big": _("Fișierul are peste 10 MB. Scanați la o calitate mai mică sau fotografiați pagina."),
    "wrong_type": _("Primim numai PDF, PNG și JPEG. Salvați actul în unul dintre aceste formate sau fotografiați-l."),
    "unreadable": _("Fișierul este deteriorat și nu poate fi citit. Scanați sau fotografiați actul din nou."),
    "too_heavy": _("Fișierul este prea complicat pentru a fi verificat. Scanați sau fotografiați actul din nou."),
    "too_many_pixels": _("Imaginea este prea mare. Fotografiați sau scanați la o rezoluție mai mică."),
    "too_many_pages": _("Fișierul are peste 50 de pagini. Atașați numai paginile cerute."),
    "animated": _("Imaginea are mai multe cadre. Atașați o fotografie obișnuită."),
    "encrypted": _("Fișierul este protejat cu parolă. Salvați-l fără parolă sau fotografiați actul."),
    "script": _("Fișierul conține un program. Tipăriți actul și scanați-l sau fotografiați-l."),
    "launch": _("Fișierul pornește un program. Tipăriți actul și scanați-l sau fotografiați-l."),
    "embedded_file": _("Fișierul conține alte fișiere. Atașați actul singur."),
    "acts_by_itself": _("Fișierul face ceva singur când este deschis. Tipăriți actul și scanați-l sau fotografiați-l."),
    "dynamic_form": _("Fișierul este un formular dinamic. Tipăriți-l și scanați-l sau fotografiați-l."),
    "polyglot": _("Fișierul conține și altceva decât actul. Scanați sau fotografiați actul din nou."),
    "infected": _(
        "Antivirusul a găsit un program dăunător în fișier. Scanați sau fotografiați actul cu alt dispozitiv."
    ),
}
LONGEST_NAME = 80


def shown_name(raw: str) -> str:
    """A file's name for display: no folders, no line breaks, nothing that turns the writing round, not too long."""
    last = raw.replace("\\", "/").rpartition("/")[2]
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    name = normalise(visible).strip(". ")
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 11].rstrip()}…{name[-10:]}"
    return name or "document"
