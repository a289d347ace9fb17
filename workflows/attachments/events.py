"""What happens in this room, as codes of the event log and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.audit.codes import register

register(
    {
        "attachment.added": _("Act atașat"),
        "attachment.removed": _("Act atașat scos din ciornă"),
        "attachment.inspected": _("Act atașat verificat"),
        "attachment.refused": _("Act atașat respins la verificare"),
        "attachment.downloaded": _("Act atașat descărcat în original"),
    }
)
