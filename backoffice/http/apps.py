from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "backoffice.http"
    label = "http"
