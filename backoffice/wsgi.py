"""WSGI entry point of the web processes."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from backoffice.isolation import roles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
application = get_wsgi_application()
if not settings.ASSUME_ROLES:
    roles.demand("web", login=settings.DATABASES["default"]["USER"])
