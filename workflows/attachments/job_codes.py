"""Why the inspection of a file fails for a reason of ours, as codes and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.jobs.codes import register

register(
    {
        "inspector_slow": _("Verificarea a durat prea mult de fiecare dată. Reluați-o peste câteva minute."),
        "inspector_failed": _("Programul de verificare s-a oprit la fiecare încercare. Anunțați suportul."),
        "scanner_silent": _("Antivirusul nu a răspuns la timp. Reluați după ce funcționează din nou."),
        "scanner_away": _("Antivirusul nu poate fi găsit. Reluați după ce funcționează din nou."),
        "scanner_error": _("Antivirusul a răspuns cu o eroare. Reluați după ce funcționează din nou."),
    }
)
