"""The licence key: opened by the applicant, or handed over at the counter."""

from django.urls import path

from enrolment.providers import views

app_name = "providers"
urlpatterns = [
    path("cereri/<uuid:public_id>/cheie/", views.key, name="key"),
    path("lucru/dosar/<uuid:public_id>/inmanare/", views.hand_over, name="hand_over"),
]
