"""Accounts in the admin: the one table that organizers may edit there, and of it the role alone."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.views.generic import RedirectView

from members.actions import logins
from members.actors import actor_of
from members.models import User
from members.rules import may_change_role

# One page sets passwords, and ends what an old one opened.
admin.site.password_change = RedirectView.as_view(pattern_name="account_change_password")  # type: ignore[assignment]


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts, to look at, and their role. New ones are made by `create_organizer` and invitations; a password is set
    by whose it is, by a link from the page of the person."""

    list_display = ("username", "role", "suspended_at", "last_login")
    list_filter = ("role",)
    search_fields = ("username",)
    fields = ("username", "role", "suspended_at", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        may = obj is not None and hasattr(obj, "person") and may_change_role(actor_of(request.user), obj)
        return [field for field in self.fields if field != "role" or not may]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if "role" in form.changed_data:
            role = form.cleaned_data["role"]
            logins.change_role(person=obj.person, role=role, by=actor_of(request.user), now=timezone.now())

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False  # whoever leaves erases the account, which keeps their credits and notes what was done
