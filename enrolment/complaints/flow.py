"""Whose turn it is when a decision is looked at again: a visa always, whatever was proposed."""

from dataclasses import replace

from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import Branch, End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import ENDORSE, PROPOSE, SIGN, VISA

# A decision falls or stands on its legality: the legal adviser sees every answer, not rejections alone.
ALWAYS_VISA = replace(VISA, only_on=None)


class ComplaintFlow(CaseRules, flow.Flow):
    """Plângerea prealabilă"""

    start = Opened().Next(this.review)
    review = Step(Can.REVIEW, PROPOSE).Next(this.reviewed)
    reviewed = Branch().Case(this.completion, case_is(CaseState.COMPLETION)).Default(this.visa)
    completion = WaitForApplicant().Next(this.review)
    visa = Step(Can.VISA, ALWAYS_VISA).Next(this.vised)
    vised = Branch().Case(this.endorse, case_is(ENDORSE)).Default(this.review)
    endorse = Step(Can.ENDORSE, ENDORSE).Next(this.endorsed)
    endorsed = Branch().Case(this.sign, case_is(SIGN)).Default(this.review)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.review)
    issue = WorkerJob("complaints.issue").Next(this.end)
    end = End()


class RevocationFlow(CaseRules, flow.Flow):
    """Retragerea sau înlocuirea unei decizii"""

    start = Opened().Next(this.review)
    review = Step(Can.REVIEW, PROPOSE).Next(this.visa)
    visa = Step(Can.VISA, ALWAYS_VISA).Next(this.vised)
    vised = Branch().Case(this.endorse, case_is(ENDORSE)).Default(this.review)
    endorse = Step(Can.ENDORSE, ENDORSE).Next(this.endorsed)
    endorsed = Branch().Case(this.sign, case_is(SIGN)).Default(this.review)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = Branch().Case(this.issue, case_is(CaseState.ISSUING)).Default(this.review)
    issue = WorkerJob("revocations.issue").Next(this.end)
    end = End()
