"""Why work of this room fails, as codes and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.jobs.codes import register

register(
    {
        "case_not_signed": _("Dosarul nu are încă decizia semnată, deci nu se poate emite nimic. Deschideți dosarul."),
        "letter_unknown": _("Scrisoarea nu mai are destinatar în registru. Anunțați suportul."),
        "FlowLockFailed": _("Dosarul a fost folosit de altcineva la fiecare încercare. Reluați lucrarea."),
    }
)
