"""The admin site: organizers come in by the site's own sign-in, nobody by a second door."""

from collections.abc import Iterable
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from members.actors import actor_of
from members.rules import is_organizer


class AdminSite(admin.AdminSite):
    """Django's admin behind the site's own sign-in."""

    site_header = "OpenLLM Talk"
    site_title = "OpenLLM Talk"
    index_title = _("Rows")

    # What opens accounts, and whose address is whose: django-allauth's tables are nobody's to look at or to change.
    # Groups give nobody anything here: what one may do is a role.
    CLOSED = ("account", "auth", "mfa", "socialaccount")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        found = model_or_iterable if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        kept = [model for model in found if model._meta.app_label not in self.CLOSED]
        super().register(kept, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_organizer(actor_of(request.user))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let only organizers through; others are told so at once, and who is signed out is led to the sign-in page."""
        inner = super().admin_view(view, cacheable)

        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return inner(request, *args, **kwargs) if self.has_permission(request) else self._refuse(request)

        return update_wrapper(door, view)

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied(_("Only organizers see this."))
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.user.is_authenticated:  # the sign-in page would send them back here, and so on for ever
            raise PermissionDenied(_("Only organizers see this."))
        return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)
