"""Why work of this room fails, as codes and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.jobs.codes import register

register({"enrolment_ended": _("Înrolarea a încetat între timp, așa că actul nu mai poate fi emis.")})
