"""Django's entry for the app."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _

from jobs.checks import background_work


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Background work")

    def ready(self) -> None:
        checks.register(background_work)
