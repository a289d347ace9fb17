"""What happens in this room, as codes of the event log and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.audit.codes import register

register(
    {
        "licence.issued": _("Cheie de licență emisă"),
        "licence.opened": _("Cheie de licență deschisă de titular"),
        "licence.handed_over": _("Cheie de licență înmânată pe hârtie"),
        "licence.blocked": _("Cheie de licență blocată"),
        "enrolment.changed": _("Date ale înrolării schimbate"),
        "enrolment.ended": _("Înrolare încetată"),
    }
)
