"""Pages about the account itself and, for the house's administrator, about its people."""

from django.urls import path

from backoffice.accounts import views

app_name = "accounts"
urlpatterns = [
    path("identitate/", views.identity, name="identity"),
    path("oameni/", views.people, name="people"),
    path("oameni/<int:pk>/incheie/", views.end_role, name="end_role"),
    path("sesiuni/", views.own_sessions, name="sessions"),
    path("datele-casei/", views.house_data, name="house_data"),
    path("casa/", views.choose_house, name="choose_house"),
]
