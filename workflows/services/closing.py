"""A case that ends without a decision: closed by the head, joined to an earlier one, withdrawn. Never silently.

Each ends the open step and the flow under the lock of the case, tells the applicant first, and says why in a row that
the database wants to see (`workflows/models/closure.py`). None is possible once a decision is signed.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.accounts.models import Membership, User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from backoffice.isolation.context import acting_for
from workflows import causes
from workflows.causes import Cause
from workflows.enums import CLOSED, CaseState
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Case, Closure
from workflows.services import communication, steps
from workflows.services.casefile import CaseFile
from workflows.services.states import move


@transaction.atomic
def close(case: Case, *, by: User, reason: str, text: str) -> Closure:
    """The head closes a case without a decision (clasare), with a reason of the list, in their own words, and a notice.

    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    cause = next((cause for cause in causes.CLOSING if cause.code == reason), None)
    with steps.ending(case.pk) as file:
        membership = _demand(file, by, Can.CLOSE)
        if cause is None:
            raise Refused(_("Alegeți motivul clasării."))
        if not text.strip():
            raise Refused(_("Scrieți de ce clasați dosarul."))
        notice = _tell(file.case, "case_closed", cause)
        for joined in communication.joined_to(file.case):
            _tell(joined, "case_closed", cause, main=str(file.case.entry))
        row = _close(file, CaseState.FILED, cause, notice=notice, by=by, membership=membership, text=text)
        log.record("case.closed", on=file.case, by=by, house=file.case.house, reason=cause.code)
    return row


@transaction.atomic
def join(case: Case, *, into: str, by: User) -> Closure:
    """Join a case to an earlier pending one of the same subject (conexare): one answer, in the other, for both.

    `into` is the public id of the earlier case. Who distributes the cases of the house may do it.
    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    with steps.ending(case.pk) as file:
        membership = _demand(file, by, Can.REASSIGN)
        main = next((other for other in earlier(file.case) if str(other.public_id) == into), None)
        if main is None:
            raise Refused(_("Alegeți dosarul la care se conexează: unul mai vechi, în lucru, al aceluiași solicitant."))
        notice = _tell(file.case, "case_joined", causes.JOINING, main=str(main.entry))
        row = _close(file, CaseState.JOINED, causes.JOINING, notice=notice, by=by, membership=membership, into=main)
        log.record("case.joined", on=file.case, by=by, house=file.case.house, into=str(main.entry))
    return row


@transaction.atomic
def withdraw(case: Case, *, by: User) -> Closure:
    """Who filed a request online withdraws it, while nothing is signed. Raises `Refused`, `Stale`."""
    with acting_for([case.house_id]), steps.ending(case.pk) as file:
        if sentence := refusal_of_withdrawal(file.case, by):
            raise Refused(sentence)
        notice = _tell(file.case, "case_withdrawn", causes.WITHDRAWAL)
        for joined in communication.joined_to(file.case):
            _tell(joined, "case_withdrawn", causes.WITHDRAWAL, main=str(file.case.entry))
        row = _close(file, CaseState.WITHDRAWN, causes.WITHDRAWAL, notice=notice, by=by, membership=None)
        log.record("case.withdrawn", on=file.case, by=by, house=file.case.house)
    return row


def earlier(case: Case) -> list[Case]:
    """The earlier pending cases of the same subject to which this one can be joined, the oldest first."""
    same = Q(house=case.house_id, procedure=case.procedure, subject_key=case.subject_key, pk__lt=case.pk)
    return list(Case.objects.filter(same).exclude(state__in=CLOSED).select_related("entry").order_by("pk"))


def refusal_of_withdrawal(case: Case, user: User) -> str | None:
    """Why this person cannot withdraw the request now, or None."""
    owner = communication.owner_of(case)
    if owner is None or owner.pk != user.pk:
        return _("Numai depunătorul își poate retrage cererea.")
    if case.state == CaseState.ISSUING:
        return str(steps.SIGNED)
    if others := [joined for joined in communication.joined_to(case) if communication.owner_of(joined) != owner]:
        return _("La cerere este conexată cererea nr. {number} a altcuiva, care așteaptă același răspuns.").format(
            number=others[0].entry
        )
    return None


def _demand(file: CaseFile, by: User, right: Can) -> Membership:
    """The role on which this person acts; a party of the case never does."""
    membership = file.membership_of(by, right)
    if membership is None:
        raise PermissionDenied
    if sentence := file.refusal_of_person(by):
        raise Refused(sentence)
    return membership


def _tell(case: Case, template: str, cause: Cause, *, main: str = "") -> UUID:
    """Write to the applicant; the page is named to accounts only."""
    return communication.notify(
        case,
        template,
        dedupe_key=f"{template}:{case.public_id}:{case.round}",
        reason=str(cause.label),
        ground=cause.ground,
        main=main,
        has_account=communication.owner_of(case) is not None,
    )


def _close(
    file: CaseFile,
    state: CaseState,
    cause: Cause,
    *,
    notice: UUID,
    by: User,
    membership: Membership | None,
    text: str = "",
    into: Case | None = None,
) -> Closure:
    case = file.case
    with constraints_as_sentences(Closure):
        row = Closure.objects.create(
            case=case,
            round=case.round,
            state=state,
            reason=cause.code,
            text=text,
            into=into,
            into_number=str(into.entry) if into else "",
            notice=notice,
            closed_by=by,
            membership=membership,
        )
    move(case, case.state, state)
    return row
