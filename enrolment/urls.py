"""The applicant's pages: they only read, but for opening the key."""

from django.urls import path

from enrolment import views

app_name = "enrolment"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<uuid:public_id>/", views.case, name="case"),
    path("<uuid:public_id>/acte/<uuid:document_id>.pdf", views.document, name="document"),
    path("<uuid:public_id>/dovada.json", views.proof, name="proof"),
    path("<uuid:public_id>/cheie/", views.key, name="key"),
]
