"""What happens in this room, as codes of the event log and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.audit.codes import register

register(
    {
        "account.identified": _("Titularul contului și-a declarat identitatea"),
        "membership.started": _("Rol acordat"),
        "membership.ended": _("Rol încheiat"),
        "house.entered": _("Datele casei au fost scrise"),
    }
)
