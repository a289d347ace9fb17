"""Four people decide: proposal, legal visa on rejections, endorsement, signature (architecture.md 7).

Each function moves the case by compare-and-set, writes the decision and its event in one transaction, and refuses
with a sentence. The same refusals stand a second time in the database (`Decision`, migration guards).
"""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts import access
from backoffice.accounts.models import User
from backoffice.accounts.roles import Can
from backoffice.audit import log
from enrolment import nomenclature
from enrolment.enums import Outcome, Stage, State
from enrolment.errors import Refused, Stale, constraints_as_sentences
from enrolment.models import Case, Decision, Enrolment
from enrolment.services import acts, filings

RIGHT = {Stage.PROPOSE: Can.REVIEW, Stage.VISA: Can.VISA, Stage.ENDORSE: Can.ENDORSE, Stage.SIGN: Can.SIGN}
SOURCE = {
    Stage.PROPOSE: State.REVIEW,
    Stage.VISA: State.VISA,
    Stage.ENDORSE: State.ENDORSEMENT,
    Stage.SIGN: State.SIGNATURE,
}

CHOOSE = gettext_lazy("Alegeți ce hotărâți.")
NOT_IN_THIS_ROLE = gettext_lazy("Persoana aleasă nu are astăzi rolul cerut de această etapă.")


def refusal(case: Case, user: User, stage: Stage) -> str | None:
    """Why this person may not decide this stage, or None. Persons, not accounts (security.md S10)."""
    if user.person_id is None:
        return _("Contul nu este legat de o persoană. Cereți administratorului casei să completeze identitatea.")
    if case.parties.filter(person=user.person_id).exists():
        return _("Sunteți parte în acest dosar, deci nu îl puteți decide.")
    if case.decisions.filter(person=user.person_id).exclude(stage=stage).exists():
        return _("Ați hotărât deja la altă etapă a acestui dosar; această etapă îi revine altcuiva.")
    return None


def demand_part(case: Case, user: User, stage: Stage) -> None:
    """May this person stand at this stage at all? Raises `PermissionDenied`."""
    access.demand(user, RIGHT[stage], case.house)
    if refusal(case, user, stage):
        raise PermissionDenied


@transaction.atomic
def propose(case: Case, *, by: User, outcome: Outcome, reasons: Sequence[str] = (), text: str = "") -> Decision:
    """The clerk's proposal (referat). A rejection names its reasons and goes to the legal visa first.

    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    if outcome == Outcome.REJECT:
        _demand_reasons(reasons, kinds=("reject", "both"))
    if outcome == Outcome.APPROVE:
        reasons = ()
        if filings.has_enrolment(case.house, case.provider_uic, besides=case):
            raise Refused(
                _(
                    "Furnizorul are deja o înrolare sau o altă cerere în lucru la această casă (motivul R12): "
                    "propuneți respingerea sau așteptați soluția celeilalte cereri."
                )
            )
    target = State.VISA if outcome == Outcome.REJECT else State.ENDORSEMENT
    return _decide(case, by=by, stage=Stage.PROPOSE, outcome=outcome, target=target, reasons=reasons, text=text)


@transaction.atomic
def give_visa(case: Case, *, by: User, outcome: Outcome, text: str = "") -> Decision:
    """The legal adviser agrees with a rejection, or returns it with a reason."""
    return _decide(case, by=by, stage=Stage.VISA, outcome=outcome, target=State.ENDORSEMENT, text=text)


@transaction.atomic
def endorse(case: Case, *, by: User, outcome: Outcome, text: str = "") -> Decision:
    """The head agrees with the proposal, or returns it with a reason."""
    return _decide(case, by=by, stage=Stage.ENDORSE, outcome=outcome, target=State.SIGNATURE, text=text)


@transaction.atomic
def sign(case: Case, *, by: User, outcome: Outcome, text_sha256: str = "", text: str = "") -> Decision:
    """The director signs the frozen text they have read, or returns the case.

    `text_sha256` is the fingerprint that the signing page showed; another text by now is refused. The act becomes a
    row here; the job numbers, renders and seals it. The step-up (a fresh log-in) is the view's to ask for.
    """
    if outcome == Outcome.RETURN:
        return _decide(case, by=by, stage=Stage.SIGN, outcome=outcome, target=State.REVIEW, text=text)
    act = acts.draft(case, outcome)
    if act.sha256 != text_sha256:
        raise Refused(_("Textul deciziei s-a schimbat de când l-ați citit. Citiți-l din nou și semnați."))
    decision = _decide(case, by=by, stage=Stage.SIGN, outcome=outcome, target=State.ISSUING, text_sha256=act.sha256)
    if outcome == Outcome.APPROVE:
        with constraints_as_sentences(Enrolment):
            Enrolment.objects.create(
                case=case, house=case.house, provider_uic=case.provider_uic, provider_name=case.provider_name
            )
    acts.freeze(act)
    return decision


def proposal(case: Case) -> Decision:
    """The proposal of the present round."""
    return case.decisions.get(round=case.round, stage=Stage.PROPOSE)


def _decide(
    case: Case,
    *,
    by: User,
    stage: Stage,
    outcome: Outcome,
    target: State,
    reasons: Sequence[str] = (),
    text: str = "",
    text_sha256: str = "",
) -> Decision:
    membership = access.demand(by, RIGHT[stage], case.house)
    if sentence := refusal(case, by, stage):
        raise Refused(sentence)
    if stage not in (Stage.PROPOSE,) and outcome not in (Outcome.RETURN, proposal(case).outcome):
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
            application_sha256=case.applications.get(version=case.version).sha256,
            text_sha256=text_sha256,
        )
    if outcome == Outcome.RETURN:
        _move(case, SOURCE[stage], State.REVIEW, rounds=1)
        log.record("decision.returned", on=case, by=by, house=case.house, stage=str(stage))
    else:
        _move(case, SOURCE[stage], target)
        log.record(f"decision.{stage}", on=case, by=by, house=case.house, outcome=str(outcome))
    return decision


def _move(case: Case, source: State, target: State, *, rounds: int = 0) -> None:
    """Compare-and-set: the WHERE clause is the guard (style.md rule 1)."""
    here = Case.objects.filter(pk=case.pk, state=source, round=case.round)
    if not here.update(state=target, round=case.round + rounds):
        raise Stale
    case.state, case.round = target, case.round + rounds


def _demand_reasons(codes: Sequence[str], *, kinds: Sequence[str]) -> None:
    allowed = {reason.code for reason in nomenclature.reasons(*kinds)}
    if not codes or not set(codes) <= allowed:
        raise Refused(_("Alegeți cel puțin un motiv din listă."))
