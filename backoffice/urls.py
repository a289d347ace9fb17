"""The only file that knows all rooms."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from backoffice.ops import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("limba/", login_not_required(set_language), name="set_language"),
    path("cont/", include("backoffice.accounts.urls")),
    path("cont/", include("allauth.urls")),
    path("dovezi/", include("backoffice.audit.urls")),
    path("verifica/", include("notifications.urls")),
    *[path("", include(f"{procedure}.urls")) for procedure in settings.PROCEDURES],
    path("", include("workflows.urls")),
]

handler400 = "backoffice.http.errors.bad_request"
handler403 = "backoffice.http.errors.forbidden"
handler404 = "backoffice.http.errors.not_found"
handler429 = "backoffice.http.errors.too_many"  # allauth's own name
handler500 = "backoffice.http.errors.server_error"
