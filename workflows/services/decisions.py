"""Four eyes: a proposal, further stages in the order of the case, a signature; each decided by another person.

Each function moves the case by compare-and-set, writes the decision and its event in one transaction, and refuses
with a sentence. The same refusals stand a second time in the database (`workflows/models/decision.py`).
"""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import User
from backoffice.audit import log
from workflows.enums import Outcome
from workflows.errors import Refused, constraints_as_sentences
from workflows.models import Decision
from workflows.models.decision import FIRST, LAST
from workflows.services import texts
from workflows.services.casefile import CaseFile
from workflows.services.states import move

CHOOSE = gettext_lazy("Alegeți ce hotărâți.")
NOT_IN_THIS_ROLE = gettext_lazy("Persoana aleasă nu are astăzi rolul cerut de această etapă.")


@transaction.atomic
def propose(file: CaseFile, *, by: User, outcome: Outcome, reasons: Sequence[str] = (), text: str = "") -> Decision:
    """The clerk's proposal (referat). A rejection names its reasons.

    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    if outcome == Outcome.REJECT:
        demand_reasons(file, "reject", reasons)
        demand_completion(file, reasons)
    else:
        reasons = ()
    if sentence := file.procedure.refuse_proposal(file.case, outcome):
        raise Refused(sentence)
    return _decide(file, by=by, stage=FIRST, outcome=outcome, reasons=reasons, text=text)


@transaction.atomic
def confirm(file: CaseFile, stage: str, *, by: User, outcome: Outcome, text: str = "") -> Decision:
    """At a stage between proposal and signature: agree with what was proposed, or return it with a reason."""
    return _decide(file, by=by, stage=stage, outcome=outcome, text=text)


@transaction.atomic
def sign(file: CaseFile, *, by: User, outcome: Outcome, text_sha256: str = "", text: str = "") -> Decision:
    """The director signs the frozen text they have read, or returns the case.

    `text_sha256` is the fingerprint that the signing page showed; another text by now is refused. The documents become
    rows here; the job numbers, renders and seals them. The step-up (a fresh log-in) is the view's to ask for.
    """
    if outcome == Outcome.RETURN:
        return _decide(file, by=by, stage=LAST, outcome=outcome, text=text)
    draft = texts.draft(file, outcome)
    if draft.sha256 != text_sha256:
        raise Refused(_("Textul deciziei s-a schimbat de când l-ați citit. Citiți-l din nou și semnați."))
    decision = _decide(file, by=by, stage=LAST, outcome=outcome, text_sha256=draft.sha256)
    file.procedure.signed(file.case, outcome)
    texts.freeze(draft)
    return decision


def demand_part(file: CaseFile, user: User, stage: str) -> None:
    """May this person stand at this stage at all? Raises `PermissionDenied`."""
    if not file.membership_of(user, file.procedure.right_for(stage)) or file.refusal(user, stage):
        raise PermissionDenied


def demand_reasons(file: CaseFile, kind: str, codes: Sequence[str]) -> None:
    """At least one reason, all from the procedure's list. Raises `Refused`."""
    allowed = {reason.code for reason in file.procedure.reasons(kind)}
    if not codes or not set(codes) <= allowed:
        raise Refused(_("Alegeți cel puțin un motiv din listă."))


def demand_completion(file: CaseFile, codes: Sequence[str]) -> None:
    """What can be put right is asked for before it rejects: such a reason needs a completion that is over.

    Raises `Refused`.
    """
    early = [code for code in codes if file.procedure.reason(code).after_completion]
    if early and (missing := sorted(set(early) - file.completed_for)):
        raise Refused(
            _("Cereți întâi completări pentru {codes}; se respinge numai după răspuns sau după termen.").format(
                codes=", ".join(missing)
            )
        )


def _decide(
    file: CaseFile,
    *,
    by: User,
    stage: str,
    outcome: Outcome,
    reasons: Sequence[str] = (),
    text: str = "",
    text_sha256: str = "",
) -> Decision:
    case = file.case
    membership = file.membership_of(by, file.procedure.right_for(stage))
    if membership is None:
        raise PermissionDenied
    if sentence := file.refusal(by, stage):
        raise Refused(sentence)
    if stage != FIRST and outcome not in (Outcome.RETURN, file.proposed):
        raise Refused(_("La această etapă se confirmă propunerea sau se întoarce dosarul."))
    with constraints_as_sentences(Decision):
        decision = Decision.objects.create(
            case=case,
            round=case.round,
            stage=stage,
            outcome=outcome,
            person_id=by.person_id,
            user=by,
            membership=membership,
            reasons=list(reasons),
            text=text,
            version_sha256=case.current.sha256,
            text_sha256=text_sha256,
        )
    if outcome == Outcome.RETURN:
        move(case, stage, FIRST, rounds=1)
        log.record("decision.returned", on=case, by=by, house=case.house, stage=stage)
    else:
        move(case, stage, case.state_after(stage, outcome))
        log.record(f"decision.{stage}", on=case, by=by, house=case.house, outcome=str(outcome))
    file.decisions.append(decision)
    return decision
