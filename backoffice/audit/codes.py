"""The closed list of event codes and the sentence each shows in a history."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "account.identified": _("Titularul contului și-a declarat identitatea"),
    "membership.started": _("Rol acordat"),
    "membership.ended": _("Rol încheiat"),
    "filing.submitted": _("Cerere depusă"),
    "case.registered": _("Dosar înregistrat"),
    "case.redirected": _("Cerere îndreptată către casa competentă"),
    "case.claimed": _("Dosar preluat"),
    "case.released": _("Dosar eliberat"),
    "case.reassigned": _("Dosar repartizat"),
    "case.completion_asked": _("Completări solicitate"),
    "case.completed": _("Completări depuse"),
    "case.completion_lapsed": _("Termenul de completare a trecut fără răspuns"),
    "decision.propose": _("Soluție propusă"),
    "decision.visa": _("Viză juridică"),
    "decision.endorse": _("Aviz"),
    "decision.sign": _("Decizie semnată"),
    "decision.returned": _("Dosar întors la verificare"),
    "document.numbered": _("Număr de ieșire acordat"),
    "document.sealed": _("Act sigilat electronic"),
    "document.read": _("Act citit de destinatar"),
    "licence.issued": _("Cheie de licență emisă"),
    "licence.opened": _("Cheie de licență deschisă de titular"),
    "licence.handed_over": _("Cheie de licență înmânată pe hârtie"),
    "message.queued": _("Mesaj pregătit"),
    "message.sent": _("Mesaj trimis"),
    "message.failed": _("Mesaj netrimis"),
    "attachment.added": _("Act atașat"),
    "attachment.removed": _("Act atașat scos din ciornă"),
    "attachment.inspected": _("Act atașat verificat"),
    "attachment.refused": _("Act atașat respins la verificare"),
    "attachment.downloaded": _("Act atașat descărcat în original"),
    "job.failed": _("Lucrare oprită după încercări repetate"),
    "job.retried": _("Lucrare reluată"),
    "security.login_failed": _("Autentificare nereușită"),
    "security.access_refused": _("Acces refuzat"),
}

# What was refused: written after the rollback, into a chain of its own.
SECURITY = frozenset(code for code in SENTENCES if code.startswith("security."))
