"""What happens in this room, as codes of the event log and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.audit.codes import register

register(
    {
        "job.failed": _("Lucrare oprită după încercări repetate"),
        "job.retried": _("Lucrare reluată"),
    }
)
