"""A flow of the same length with viewflow's own views: start, review, approve, issue; it keeps three booleans."""

from viewflow import jsonstore, this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow.views import CreateProcessView, UpdateProcessView
from viewflow.workflow.models import Process


class StockProcess(Process):
    text = jsonstore.CharField(max_length=1000)
    reviewed = jsonstore.BooleanField(default=False)
    approved = jsonstore.BooleanField(default=False)

    class Meta:
        proxy = True


class StockFlow(flow.Flow):
    process_class = StockProcess
    lock_impl = lock.SelectForUpdateLock(nowait=False)

    start = flow.Start(CreateProcessView.as_view(fields=["text"])).Next(this.review)
    begin = flow.StartHandle(this.opened).Next(this.review)
    review = flow.View(UpdateProcessView.as_view(fields=["reviewed"])).Next(this.approve)
    approve = flow.View(UpdateProcessView.as_view(fields=["approved"])).Next(this.issue)
    issue = flow.Function(this.issued).Next(this.end)
    end = flow.End()

    def opened(self, activation, text):
        activation.process.text = text
        return activation.process

    def issued(self, activation):
        """Stands for the effect."""

    def has_view_permission(self, user, obj=None):
        """Everybody may: the comparison is of speed, not of doors."""
        return True
