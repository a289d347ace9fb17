"""Whose turn it is in the enrolment of a provider: the only place of the order of its stages."""

from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import Branch, End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import ENDORSE, PROPOSE, SIGN, VISA


class EnrolmentFlow(CaseRules, flow.Flow):
    """Înrolarea unui furnizor fără contract"""

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
    issue = WorkerJob("providers.issue").Next(this.end)
    end = End()
