"""What anybody may have: how to check the log, with which program and which key."""

from django.urls import path

from backoffice.audit import views

app_name = "evidence"
urlpatterns = [
    path("", views.page, name="page"),
    path("verify_log.py", views.verifier, name="verifier"),
    path("cheie-publica.pem", views.public_key, name="public_key"),
]
