"""What an applicant can prove about a request without us: filed, registered, decided, sealed (docs/evidence.md)."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.audit import codes
from backoffice.audit.models import Event
from backoffice.audit.proof import NotYet, prove
from notifications.models import Document
from workflows.models import Case

__all__ = ["NotYet", "proof_of"]


def proof_of(case: Case, *, page: str) -> dict[str, Any]:
    """The proof of a case as it stands; `page` is the address at which the verifier and the key are found.

    Holds ids, codes and hashes, no name. Raises `NotYet` until all its events are under a checkpoint.
    """
    events = prove(_events(case))
    return {
        "explanation": [
            _(
                "Acest fișier dovedește că evenimentele de mai jos au fost înscrise în jurnalul sistemului "
                "și nu s-au schimbat de atunci."
            ),
            _("Verificarea se face fără noi: luați programul și cheia publică de la adresa din câmpul «page»."),
            "python verify_log.py proof dovada.json --key cheie-publica.pem",
            _("La «document.sealed», câmpul sha256 este amprenta fișierului PDF al actului."),
        ],
        "page": page,
        "request": {"number": str(case.entry), "id": str(case.public_id)},
        "meaning": {event["code"]: str(codes.sentence(event["code"])) for event in events["events"]},
        **events,
    }


def _events(case: Case) -> list[Event]:
    """Filing, registration, signature, seal: of this case alone."""
    documents = Document.objects.filter(about=case.public_id, sealed_at__isnull=False).values("pk")
    return list(
        Event.objects.filter(
            Q(code="filing.submitted", subject_type="workflows.Filing", subject_id=case.filing_id)
            | Q(code__in=("case.registered", "decision.sign"), subject_type="workflows.Case", subject_id=case.pk)
            | Q(code="document.sealed", subject_type="notifications.Document", subject_id__in=documents)
        )
    )
