"""Four eyes: a proposal, further stages in the order of the case, a signature; each decided by another person.

Each function moves the case by compare-and-set, writes the decision and its event in one transaction, and refuses
with a sentence. The same refusals stand a second time in the database (`workflows/models/decision.py`).
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import User
from backoffice.audit import log
from backoffice.romania.calendar import legal_due_date, today
from backoffice.romania.law import Ground
from notifications.models import Document
from notifications.services import documents
from workflows import procedures
from workflows.enums import CaseState, Outcome
from workflows.errors import Refused, Stale, constraints_as_sentences
from workflows.forms.absent import covers
from workflows.forms.display import field_label
from workflows.models import Case, Decision
from workflows.models.decision import FIRST, LAST, NO_ARTICLE
from workflows.services import texts
from workflows.services.casefile import CaseFile
from workflows.services.states import move

CHOOSE = gettext_lazy("Alegeți ce hotărâți.")
NOT_IN_THIS_ROLE = gettext_lazy("Persoana aleasă nu are astăzi rolul cerut de această etapă.")


@transaction.atomic
def propose(
    file: CaseFile,
    *,
    by: User,
    outcome: Outcome,
    reasons: Sequence[str] = (),
    grounds: Sequence[str] | None = None,
    text: str = "",
) -> Decision:
    """The clerk's proposal (referat). A rejection names its reasons, their facts, and at least one article of law.

    `grounds` are the general articles that were chosen, by code; not said: all of the procedure.
    Raises `PermissionDenied`, `Refused`, `Stale`.
    """
    articles: list[Ground] = []
    if outcome == Outcome.REJECT:
        demand_reasons(file, "reject", reasons)
        demand_completion(file, reasons)
        texts.demand_facts(file, reasons, text)
        articles = articles_for(file, reasons, grounds)
    else:
        reasons = ()
    sentence = _still_open(file, outcome) or file.procedure.refuse_proposal(file.case, outcome)
    if sentence:
        raise Refused(sentence)
    if not text.strip() and file.procedure.demands_text(file.case, outcome):
        raise Refused(_("Scrieți referatul: ce ați constatat și de ce propuneți astfel. Intră în act."))
    codes = [each.code for each in articles]
    return _decide(file, by=by, stage=FIRST, outcome=outcome, reasons=reasons, grounds=codes, text=text)


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
    if sentence := unsignable(file):
        raise Refused(sentence)
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
    facts = {"decided_at": None, "due_on": case.due_on, "fresh_from": case.round + 1}
    move(case, case.state, FIRST, rounds=1, **facts)
    case.fresh_from = case.round
    file.procedure.flow.start.run(case=case, file=file)


def unsignable(file: CaseFile) -> str | None:
    """Why no act of this house can be signed now: in production its letterhead must be entered, nothing is invented."""
    missing = file.case.house.missing_data() if settings.PRODUCTION else []
    if not missing:
        return None
    return _(
        "Actul nu se poate semna: lipsesc din datele casei {fields}. Administratorul de conturi al casei le scrie în "
        "pagina „Datele casei”; apoi dosarul se semnează de aici."
    ).format(fields=", ".join(missing))


def demand_part(file: CaseFile, user: User, stage: str) -> None:
    """May this person stand at this stage at all? Raises `PermissionDenied`."""
    if not file.membership_of(user, file.procedure.right_for(stage)) or file.refusal(user, stage):
        raise PermissionDenied


def demand_reasons(file: CaseFile, kind: str, codes: Sequence[str]) -> None:
    """At least one reason, all from the procedure's list. Raises `Refused`."""
    allowed = {reason.code for reason in file.procedure.reasons(kind)}
    if not codes or not set(codes) <= allowed:
        raise Refused(_("Alegeți cel puțin un motiv din listă."))


def articles_for(file: CaseFile, reasons: Sequence[str], chosen: Sequence[str] | None) -> list[Ground]:
    """What a rejection rests on: the chosen general articles, then those of its reasons. Raises `Refused`."""
    general = {each.code: each for each in file.procedure.general_grounds}
    if chosen is None:
        chosen = list(general)
    if not set(chosen) <= set(general):
        raise Refused(_("Alegeți temeiurile generale din listă."))
    found = [each for code, each in general.items() if code in chosen]
    found += [each for code in reasons for each in file.procedure.reason(code).law]
    if not found:
        raise Refused(str(NO_ARTICLE))
    return list(dict.fromkeys(found))


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


def _still_open(file: CaseFile, outcome: Outcome) -> str | None:
    """What a paper lacks cannot be approved; what may be left out of every request does not lack."""
    version = file.case.current
    if outcome != Outcome.APPROVE or not version.missing:
        return None
    form = file.procedure.form
    found = form.parse(version.content, today=version.received_on, as_written=frozenset(version.as_written))
    lacking = [path for path in version.missing if any(covers([path], e.field) for e in found.errors)]
    if not lacking:
        return None
    names = ", ".join(f"„{field_label(form, path)}”" for path in lacking[:5])
    more = len(lacking) - 5
    told = _("Cererea nu se poate aproba cât timp lipsesc: {names}. Cereți completări.")
    return told.format(names=names + (_(" și încă {n}").format(n=more) if more > 0 else ""))


def _decide(
    file: CaseFile,
    *,
    by: User,
    stage: str,
    outcome: Outcome,
    reasons: Sequence[str] = (),
    grounds: Sequence[str] = (),
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
            grounds=list(grounds),
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
