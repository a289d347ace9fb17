"""The web process of the browser tests: the product's application on the test's database."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["DATABASE_NAME"]

from backoffice.wsgi import application

__all__ = ["application"]
