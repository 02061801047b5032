"""The admin site: organizers come in by the site's own sign-in, nobody by a second door."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    """Django's admin behind the site's own sign-in."""

    site_header = "OpenLLM Talk"
    site_title = "OpenLLM Talk"
    index_title = _("Rows")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and getattr(user, "is_staff", False))

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)
