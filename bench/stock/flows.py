"""A flow with viewflow's own views: start, review, approve, issue. A step asks for the permission of its house."""

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow.views import CreateProcessView, UpdateProcessView

from bench.stock.models import StockProcess


def of_house(activation) -> str:
    """The permission that a step of this process needs."""
    return f"stock.house_{activation.process.house}"


class StockFlow(flow.Flow):
    process_class = StockProcess
    lock_impl = lock.SelectForUpdateLock(nowait=False)

    start = flow.Start(CreateProcessView.as_view(fields=["text"])).Next(this.review)
    begin = flow.StartHandle(this.opened).Next(this.review)
    review = flow.View(UpdateProcessView.as_view(fields=["reviewed"])).Permission(of_house).Next(this.approve)
    approve = flow.View(UpdateProcessView.as_view(fields=["approved"])).Permission(of_house).Next(this.issue)
    issue = flow.Function(this.issued).Next(this.end)
    end = flow.End()

    def opened(self, activation, text):
        activation.process.text = text
        return activation.process

    def issued(self, activation):
        """Stands for the effect."""
