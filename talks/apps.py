"""Django's entry for the app."""

from django.apps import AppConfig


class TalksConfig(AppConfig):
    name = "talks"
