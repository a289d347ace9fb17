from django.apps import AppConfig


class RomaniaConfig(AppConfig):
    name = "backoffice.romania"
    label = "romania"
