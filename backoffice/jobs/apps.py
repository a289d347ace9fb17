from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "backoffice.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Every room names its failures."""
        autodiscover_modules("job_codes")
