"""Accounts in the admin: the one table that organizers may edit there."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from members.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts: role and password. New ones are made by `create_organizer` and invitations."""

    list_display = ("username", "role", "suspended_at", "last_login")
    list_filter = ("role",)
    search_fields = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (None, {"fields": ("role", "suspended_at", "is_active", "is_staff", "is_superuser")}),
        (None, {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined", "suspended_at")  # suspended on the page of the person
    filter_horizontal = ()

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False  # whoever leaves erases the account, which keeps their credits and notes what was done
