"""Whose turn it is when a provider asks for a new licence key."""

from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import Branch, End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import PROPOSE, SIGN


class NewKeyFlow(CaseRules, flow.Flow):
    """Cheie de licență nouă"""

    start = Opened().Next(this.review)
    review = Step(Can.REVIEW, PROPOSE).Next(this.reviewed)
    reviewed = Branch().Case(this.completion, case_is(CaseState.COMPLETION)).Default(this.sign)
    completion = WaitForApplicant().Next(this.review)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.review)
    issue = WorkerJob("providers_key.issue").Next(this.end)
    end = End()
