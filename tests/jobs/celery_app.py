"""The worker of the tests: the product's application, pointed at the test's database and broker."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["DATABASE_NAME"]
settings.CELERY_BROKER_URL = os.environ["TEST_BROKER"]

from backoffice.celery import app

__all__ = ["app"]
