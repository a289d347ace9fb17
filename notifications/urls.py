"""Anybody may check a document."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.verify, name="verify_any"),
    path("<str:code>/", views.verify, name="verify"),
]
