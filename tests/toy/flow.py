"""Whose turn it is: one person proposes, another signs."""

from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import Branch, End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import PROPOSE, SIGN


class AddressFlow(CaseRules, flow.Flow):
    """Adresa de corespondență"""

    start = Opened().Next(this.check)
    check = Step(Can.REVIEW, PROPOSE).Next(this.checked)
    checked = Branch().Case(this.completion, case_is(CaseState.COMPLETION)).Default(this.sign)
    completion = WaitForApplicant().Next(this.check)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.check)
    issue = WorkerJob("toy.issue").Next(this.end)
    end = End()


class ReviewFlow(CaseRules, flow.Flow):
    """Reexaminarea adresei"""

    start = Opened().Next(this.check)
    check = Step(Can.REVIEW, PROPOSE).Next(this.checked)
    checked = Branch().Case(this.completion, case_is(CaseState.COMPLETION)).Default(this.sign)
    completion = WaitForApplicant().Next(this.check)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.check)
    issue = WorkerJob("toy_review.issue").Next(this.end)
    end = End()
