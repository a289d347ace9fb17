"""Viewflow's own pages."""

from django.urls import path
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from bench.stock.flows import StockFlow

site = Site(title="stock", viewsets=[FlowAppViewset(StockFlow, icon="x")])
urlpatterns = [path("", site.urls)]
