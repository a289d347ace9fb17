"""The only file that knows all rooms."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from backoffice.ops import views

# A procedure has addresses only when it has pages of its own.
OF_PROCEDURES = [f"{procedure}.urls" for procedure in settings.PROCEDURES]
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("limba/", login_not_required(set_language), name="set_language"),
    path("cont/", include("backoffice.accounts.urls")),
    path("cont/", include("allauth.urls")),
    path("dovezi/", include("backoffice.audit.urls")),
    path("verifica/", include("notifications.urls")),
    *[path("", include(urls)) for urls in OF_PROCEDURES if find_spec(urls)],
    path("", include("workflows.urls")),
]

handler400 = "backoffice.http.errors.bad_request"
handler403 = "backoffice.http.errors.forbidden"
handler404 = "backoffice.http.errors.not_found"
handler429 = "backoffice.http.errors.too_many"  # allauth's own name
handler500 = "backoffice.http.errors.server_error"
