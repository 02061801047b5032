"""Django's entry for the app."""

from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "news"
