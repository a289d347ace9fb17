"""What happens in this room, as codes of the event log and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.audit.codes import register

register(
    {
        "document.numbered": _("Număr de ieșire acordat"),
        "document.sealed": _("Act sigilat electronic"),
        "document.superseded": _("Act înlocuit sau retras"),
        "document.read": _("Act citit de destinatar"),
        "paper.published": _("Informare publicată ca PDF"),
        "message.queued": _("Mesaj pregătit"),
        "message.sent": _("Mesaj trimis"),
        "message.failed": _("Mesaj netrimis"),
    }
)
