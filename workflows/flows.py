"""The procedures, one class each; a flow sequences and decides nothing (architecture.md 4.1)."""

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import flow

from backoffice.accounts.roles import Can
from enrolment.enums import Stage, State
from workflows.engine import CaseRules, belonging_to
from workflows.models import Turn
from workflows.nodes import Job, Over, Step, Wait, case_is

ISSUE = "issue"


class EnrolmentFlow(CaseRules, flow.Flow):
    """Înrolarea unui furnizor fără contract"""

    process_title = _("Înrolarea unui furnizor fără contract")

    start = flow.StartHandle(this.open).Next(this.review)
    review = Step(Can.REVIEW, Stage.PROPOSE).Next(this.reviewed)
    reviewed = (
        flow.Switch()
        .Case(this.completion, case_is(State.COMPLETION))
        .Case(this.visa, case_is(State.VISA))
        .Default(this.endorse)
    )
    completion = Wait().Next(this.review)
    visa = Step(Can.VISA, Stage.VISA).Next(this.vised)
    vised = flow.If(case_is(State.ENDORSEMENT)).Then(this.endorse).Else(this.review)
    endorse = Step(Can.ENDORSE, Stage.ENDORSE).Next(this.endorsed)
    endorsed = flow.If(case_is(State.SIGNATURE)).Then(this.sign).Else(this.review)
    sign = Step(Can.SIGN, Stage.SIGN).Next(this.signed)
    signed = flow.If(case_is(State.ISSUING)).Then(this.issue).Else(this.review)
    issue = Job(ISSUE).Next(this.over)
    over = Over()

    def open(self, activation, case):
        """Tie the case to its process, and the process to the house, before the first step is created."""
        with belonging_to(case.house_id):
            activation.process.save()
        Turn.objects.create(case=case, process=activation.process, house=case.house, due_on=case.due_on)
        return activation.process
