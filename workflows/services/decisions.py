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
from backoffice.romania.calendar import legal_due_date, today
from notifications.models import Document
from notifications.services import documents
from workflows import procedures
from workflows.enums import CaseState, Outcome
from workflows.errors import Refused, Stale, constraints_as_sentences
from workflows.models import Case, Decision
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
    else:
        reasons = ()
    if sentence := file.procedure.refuse_proposal(file.case, outcome):
        raise Refused(sentence)
    if not text.strip() and file.procedure.demands_text(file.case, outcome):
        raise Refused(_("Scrieți referatul: ce ați constatat și de ce propuneți astfel. Intră în act."))
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


@transaction.atomic
def withdraw(case: Case, *, by: Case, act: Document, anew: bool) -> None:
    """A decision ends by another one about it: the case is decided anew by others, or is over; its documents say so.

    `by` is the reviewing case and `act` its sealed decision. What the decision made ends with it. Decided anew, the
    case has a new round and a new legal term. The database refuses this without the signed approval of `by`.
    Raises `Stale`.
    """
    case = _locked(case)
    if not case.is_decided:
        raise Stale
    procedure = procedures.get(case.procedure)
    documents.supersede(about=case.public_id, kinds=procedure.kinds_of_decisions, occasion=case.round, by=act)
    procedure.withdrawn(case)
    log.record("decision.withdrawn", on=case, by=None, house=case.house, because=str(by.entry))
    if anew:
        _decide_anew(case)
    else:
        move(case, case.state, CaseState.REVOKED)


@transaction.atomic
def reopen(case: Case, *, because: Case) -> None:
    """A case that ended with a withdrawn decision is decided anew by others: the withdrawal itself was withdrawn.

    `because` is the case that withdrew. Raises `Stale`.
    """
    case = _locked(case)
    if case.state != CaseState.REVOKED:
        raise Stale
    log.record("case.reopened", on=case, by=None, house=case.house, because=str(because.entry))
    _decide_anew(case)


def _locked(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("house", "entry", "filing").get(pk=case.pk)


def _decide_anew(case: Case) -> None:
    """A new round with a new legal term; who decided before decides nothing in it but, again, the signature."""
    file = CaseFile.of(case)
    case.due_on = legal_due_date(today())
    facts = {"decided_at": None, "communicated_at": None, "due_on": case.due_on, "fresh_from": case.round + 1}
    move(case, case.state, FIRST, rounds=1, **facts)
    case.fresh_from = case.round
    file.procedure.flow.start.run(case=case, file=file)


def demand_part(file: CaseFile, user: User, stage: str) -> None:
    """May this person stand at this stage at all? Raises `PermissionDenied`."""
    if not file.membership_of(user, file.procedure.right_for(stage)) or file.refusal(user, stage):
        raise PermissionDenied


def demand_reasons(file: CaseFile, kind: str, codes: Sequence[str]) -> None:
    """At least one reason, all from the procedure's list. Raises `Refused`."""
    allowed = {reason.code for reason in file.procedure.reasons(kind)}
    if not codes or not set(codes) <= allowed:
        raise Refused(_("Alegeți cel puțin un motiv din listă."))


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
