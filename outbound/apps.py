"""Django's entry for the app."""

from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "outbound"
