"""The URL map plus the addresses that only the screenshots need: one that breaks, one that is refused."""

from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import path

from config.urls import handler403, handler404
from config.urls import urlpatterns as real

__all__ = ["handler403", "handler404", "urlpatterns"]


def broken(request: HttpRequest) -> NoReturn:
    raise RuntimeError("on purpose")


def refused(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


urlpatterns = [path("broken/", broken), path("refused/", refused), *real]
