"""The decision that a case looks at again: what it says, as both sides may read it, and what ends with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import roles_with
from backoffice.romania.calendar import today
from notifications import kinds
from notifications.models import Document
from workflows import procedures
from workflows.models import Case
from workflows.models.decision import LAST
from workflows.procedures import Procedure
from workflows.services.casefile import CaseFile


@dataclass(frozen=True)
class Reviewed:
    """A decision that is looked at again: its case, its acts (the decision first), its reasons and its remark."""

    case: Case
    documents: tuple[Document, ...]

    @property
    def decision(self) -> Document | None:
        """The act that says what was decided."""
        return self.documents[0] if self.documents else None

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """The reasons as the act gives them, none in an approval."""
        return self.decision.context.get("reasons", []) if self.decision else []

    @property
    def remark(self) -> str:
        """What the act adds in words."""
        return self.decision.context.get("remark", "") if self.decision else ""


def reviewed(about: Case, *, by: Case | None = None) -> Reviewed:
    """What stands in the earlier case, or stood in it when `by` was registered."""
    found = Document.objects.filter(
        about=about.public_id, kind__in=procedures.get(about.procedure).kinds_of_decisions, sealed_at__isnull=False
    ).defer("pdf")
    if by is not None:
        found = found.filter(sealed_at__lt=by.created_at)
    documents = sorted(found, key=lambda d: (-d.occasion, not kinds.get(d.kind).is_decision, d.pk))
    decisions = [d for d in documents if kinds.get(d.kind).is_decision]
    return Reviewed(about, tuple(d for d in documents if decisions and d.occasion == decisions[0].occasion))


def withdraws(case: Case) -> bool:
    """Does the approval of this case withdraw the decision of the one it is about?"""
    return bool(case.about_id and case.reviews and procedures.get(case.procedure).withdraws(case.content))


def effects(case: Case) -> list[str]:
    """What ends, and what begins, when this case is approved; empty where it leaves the decision as it is."""
    if case.about is None or not withdraws(case):
        return []
    return effects_on(case.about, by=case, anew=procedures.get(case.procedure).decides_anew(case))


def effects_on(about: Case, *, by: Case | None = None, anew: bool | None) -> list[str]:
    """What ends when the decision of `about` is withdrawn; `anew` is None while that is still to be chosen."""
    found = reviewed(about, by=by)
    number = found.decision.number if found.decision else about.entry
    sentences = [
        _("Actul nr. {number} nu mai produce efecte de la emiterea actului care îl retrage.").format(number=number),
        _("El și anexele lui apar ca înlocuite, cu numărul actului nou, în dosar și pe pagina publică de verificare."),
        *(str(text) for text in procedures.get(about.procedure).effects_of_withdrawal(about)),
    ]
    entry = str(about.entry)
    if anew:
        then = _("Cererea nr. {entry} se hotărăște din nou, de alte persoane, într-un nou termen de 30 de zile.")
        sentences.append(then.format(entry=entry))
    elif anew is not None:
        sentences.append(_("Cererea nr. {entry} rămâne închisă.").format(entry=entry))
    return [*sentences, _("Solicitantul primește actul și vede schimbarea în pagina cererii.")]


def signed_before(file: CaseFile, user: User) -> bool:
    """Did this person sign the decision that the case looks at again?"""
    return any(d.stage == LAST and d.person_id == user.person_id for d in file.looked_at_again)


def stand_ins(file: CaseFile, user: User) -> Sequence[User]:
    """Who stands in today for somebody who signs in this house, besides this person, and may sign the case."""
    right = file.procedure.right_for(LAST)
    held = Membership.objects.active_on(today()).filter(
        house=file.case.house_id, role__in=roles_with(right, file.case.procedure), stands_in_for__isnull=False
    )
    found = {m.user_id: m.user for m in held.select_related("user__person") if m.user_id != user.pk}
    return [other for other in found.values() if file.refusal(other, LAST) is None]


def shown(procedure: Procedure, about: Case, *, case: Case | None = None) -> dict[str, Any]:
    """What the pages of a case, or of a draft, show about the decision that it looks at again."""
    if not procedure.reviews:
        return {}
    listed = effects(case) if case else effects_on(about, anew=None)
    return {"reviewed": reviewed(about, by=case), "effects": listed}
