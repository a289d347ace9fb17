"""Why work of this room fails, as codes and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.jobs.codes import register

register(
    {
        "mail_failed": _("Serverul de e-mail a dat erori la fiecare încercare. Reluați după ce funcționează din nou."),
        "mail_refused": _(
            "Adresa a refuzat mesajul. Verificați adresa cu solicitantul: dacă are cont, o schimbă în cont și reluați; "
            "altfel comunicați actul prin poștă."
        ),
        "mail_server_unreachable": _(
            "Serverul de e-mail nu a răspuns la nicio încercare. Reluați după ce funcționează."
        ),
        "seal_unavailable": _(
            "Sigiliul electronic al casei nu a putut fi folosit. Verificați certificatul sigiliului, apoi reluați."
        ),
        "seal_refused": _(
            "Dispozitivul sau serviciul de sigilare a refuzat accesul: PIN ori date de acces greșite sau blocate. "
            "Nu se încearcă din nou de la sine, ca să nu se blocheze. Anunțați suportul; reluați după ce le îndreaptă."
        ),
        "text_changed": _(
            "Șablonul actului s-a schimbat după semnare: actul n-ar mai spune exact ce s-a semnat, deci nu s-a emis. "
            "Anunțați suportul: se pune la loc șablonul de la semnare, apoi reluați."
        ),
        "render_": _(
            "Actul nu a putut fi scris ca PDF. Reluați; dacă se repetă, anunțați suportul și spuneți numărul dosarului."
        ),
    }
)
