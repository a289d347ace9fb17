"""Why a job stopped, in words a person understands: what happened and what to do. Codes are what handlers raise."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "case_not_signed": _("Dosarul nu are încă decizia semnată, deci nu se poate emite nimic. Deschideți dosarul."),
    "database_busy": _("Baza de date a fost ocupată de fiecare dată. Reluați lucrarea peste câteva minute."),
    "mail_failed": _("Serverul de e-mail a dat erori la fiecare încercare. Reluați după ce funcționează din nou."),
    "mail_refused": _(
        "Adresa a refuzat mesajul. Verificați adresa cu solicitantul: dacă are cont, o schimbă în cont și reluați; "
        "altfel comunicați actul prin poștă."
    ),
    "mail_server_unreachable": _("Serverul de e-mail nu a răspuns la nicio încercare. Reluați după ce funcționează."),
    "seal_unavailable": _(
        "Sigiliul electronic al casei nu a putut fi folosit. Verificați certificatul sigiliului, apoi reluați."
    ),
    "time_limit": _("Lucrarea a durat prea mult de fiecare dată. Reluați-o; dacă se repetă, anunțați suportul."),
    "unknown_kind": _("Versiunea instalată nu cunoaște acest fel de lucrare. Anunțați suportul."),
    "worker_lost": _(
        "Programul care lucrează s-a oprit la fiecare încercare. Reluați; dacă se repetă, anunțați suportul."
    ),
    "FlowLockFailed": _("Dosarul a fost folosit de altcineva la fiecare încercare. Reluați lucrarea."),
}
RENDERING = _(
    "Actul nu a putut fi scris ca PDF. Reluați; dacă se repetă, anunțați suportul și spuneți numărul dosarului."
)
OTHER = _("A apărut o eroare neprevăzută la fiecare încercare. Reluați; dacă se repetă, anunțați suportul.")


def sentence(code: str) -> str | Promise:
    """The sentence of a code; one that nobody foresaw has a sentence too."""
    if code.startswith("render_"):
        return RENDERING
    return SENTENCES.get(code, OTHER)
