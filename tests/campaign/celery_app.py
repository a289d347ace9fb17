"""The campaign's worker: the product's, with one more kind of work."""

from tests.jobs.celery_app import app

app.conf.imports = ("tests.campaign.work",)

__all__ = ["app"]
