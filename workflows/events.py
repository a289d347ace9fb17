"""What happens in this room, as codes of the event log and their sentences."""

from django.utils.translation import gettext_lazy as _

from backoffice.audit.codes import register

register(
    {
        "decision.withdrawn": _("Decizia a fost retrasă prin altă decizie"),
        "case.reopened": _("Dosarul se hotărăște din nou"),
        "filing.submitted": _("Cerere depusă"),
        "case.registered": _("Dosar înregistrat"),
        "case.redirected": _("Cerere îndreptată către casa competentă"),
        "person.not_told": _("Persoane numite în cerere fără cod numeric personal: nu pot fi înștiințate"),
        "case.claimed": _("Dosar preluat"),
        "case.released": _("Dosar eliberat"),
        "case.reassigned": _("Dosar repartizat"),
        "case.completion_asked": _("Completări solicitate"),
        "case.completed": _("Completări depuse"),
        "case.completion_lapsed": _("Termenul de completare a trecut fără răspuns"),
        "case.term_extended": _("Termen legal prelungit"),
        "case.closed": _("Dosar clasat"),
        "case.joined": _("Dosar conexat la altul"),
        "case.withdrawn": _("Cerere retrasă de solicitant"),
        "letter.written": _("Scrisoare pregătită"),
        "document.communicated": _("Act ajuns la destinatar"),
        "document.communication_cancelled": _("Consemnare a comunicării anulată"),
        "decision.propose": _("Soluție propusă"),
        "decision.visa": _("Viză juridică"),
        "decision.endorse": _("Aviz"),
        "decision.sign": _("Decizie semnată"),
        "decision.returned": _("Dosar întors la verificare"),
    }
)
