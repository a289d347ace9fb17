"""Whose turn it is when a provider ends its enrolment."""

from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import Branch, End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import ENDORSE, PROPOSE, SIGN


class WithdrawalFlow(CaseRules, flow.Flow):
    """Încetarea înrolării, la cerere"""

    start = Opened().Next(this.review)
    review = Step(Can.REVIEW, PROPOSE).Next(this.reviewed)
    reviewed = Branch().Case(this.completion, case_is(CaseState.COMPLETION)).Default(this.endorse)
    completion = WaitForApplicant().Next(this.review)
    endorse = Step(Can.ENDORSE, ENDORSE).Next(this.endorsed)
    endorsed = Branch().Case(this.sign, case_is(SIGN)).Default(this.review)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.review)
    issue = WorkerJob("providers_withdrawal.issue").Next(this.end)
    end = End()
