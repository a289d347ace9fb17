"""The project; importing it makes the Celery application known to Django's processes."""

from backoffice.celery import app as celery_app

__all__ = ["celery_app"]
