"""Our pages, and stock viewflow's under /stock/."""

from django.urls import include, path
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from bench.stock.flows import StockFlow

site = Site(title="stock", viewsets=[FlowAppViewset(StockFlow, icon="x")])
urlpatterns = [path("stock/", site.urls), path("", include("backoffice.urls"))]
