"""What stock viewflow keeps of a case: a text and two answers."""

from viewflow import jsonstore
from viewflow.workflow.models import Process

HOUSES = 43


class StockProcess(Process):
    text = jsonstore.CharField(max_length=1000)
    house = jsonstore.IntegerField(default=0)
    reviewed = jsonstore.BooleanField(default=False)
    approved = jsonstore.BooleanField(default=False)

    class Meta:
        proxy = True
        permissions = [(f"house_{number}", f"Works in house {number}") for number in range(HOUSES)]
