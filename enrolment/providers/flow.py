"""Whose turn it is in the enrolment of a provider: the only place of the order of its stages."""

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from workflows.engine.lock import CaseRules
from workflows.engine.nodes import End, Opened, Step, WaitForApplicant, WorkerJob, case_is
from workflows.enums import CaseState
from workflows.stages import ENDORSE, PROPOSE, SIGN, VISA


class EnrolmentFlow(CaseRules, flow.Flow):
    """Înrolarea unui furnizor fără contract"""

    process_title = _("Înrolarea unui furnizor fără contract")

    start = Opened().Next(this.review)
    review = Step(Can.REVIEW, PROPOSE).Next(this.reviewed)
    reviewed = (
        flow.Switch()
        .Case(this.completion, case_is(CaseState.COMPLETION))
        .Case(this.visa, case_is(VISA))
        .Default(this.endorse)
    )
    completion = WaitForApplicant().Next(this.review)
    visa = Step(Can.VISA, VISA).Next(this.vised)
    vised = flow.If(case_is(ENDORSE)).Then(this.endorse).Else(this.review)
    endorse = Step(Can.ENDORSE, ENDORSE).Next(this.endorsed)
    endorsed = flow.If(case_is(SIGN)).Then(this.sign).Else(this.review)
    sign = Step(Can.SIGN, SIGN).Next(this.signed)
    signed = flow.If(case_is(CaseState.ISSUING)).Then(this.issue).Else(this.review)
    issue = WorkerJob("providers.issue").Next(this.end)
    end = End()
