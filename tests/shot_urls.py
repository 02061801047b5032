"""The URL map plus the addresses that only the screenshots need: one that breaks, one that is refused."""

from typing import NoReturn

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.defaults import server_error

from config.urls import handler403, handler404
from config.urls import urlpatterns as real

__all__ = ["handler403", "handler404", "urlpatterns"]


def broken(request: HttpRequest) -> HttpResponse:
    """What a mistake of ours shows when DEBUG is off; the sample's logins work only while it is on."""
    return server_error(request)


def refused(request: HttpRequest) -> NoReturn:
    raise PermissionDenied


urlpatterns = [path("broken/", broken), path("refused/", refused), *real]
