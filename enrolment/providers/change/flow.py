"""Whose turn it is when the data of an enrolment change."""

from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import Branch, End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import ENDORSE, PROPOSE, SIGN, VISA


class ChangeFlow(CaseRules, flow.Flow):
    """Schimbarea datelor din înrolare"""

    start = Opened().Next(this.review)
    review = Step(Can.REVIEW, PROPOSE).Next(this.reviewed)
    reviewed = (
        Branch()
        .Case(this.completion, case_is(CaseState.COMPLETION))
        .Case(this.visa, case_is(VISA))
        .Default(this.endorse)
    )
    completion = WaitForApplicant().Next(this.review)
    visa = Step(Can.VISA, VISA).Next(this.vised)
    vised = Branch().Case(this.endorse, case_is(ENDORSE)).Default(this.review)
    endorse = Step(Can.ENDORSE, ENDORSE).Next(this.endorsed)
    endorsed = Branch().Case(this.sign, case_is(SIGN)).Default(this.review)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.review)
    issue = WorkerJob("providers_change.issue").Next(this.end)
    end = End()
