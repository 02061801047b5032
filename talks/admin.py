"""Every other table in the admin, to look at only: writes go through actions."""

from django.contrib import admin

from jobs.models import Job, Slot
from members.models import Alias, Event, Person, Token
from papers.models import Paper
from talks import models


class LookOnly(admin.ModelAdmin):
    """Rows to look at."""

    show_full_result_count = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


admin.site.register([Job, Slot, Alias, Event, Person, Paper], LookOnly)
# The address of a webhook is a key; who is editing or writing just now, and who reported what, is nobody's to look up.
# What comes of asking without an account is hashed, and still nobody's.
HIDDEN = ("DaySalt", "Presence", "Report", "ReturnCode", "ScribeLock", "VisitorCount", "Webhook")
admin.site.register(
    [
        getattr(models, name)
        for name in models.__all__
        if name not in HIDDEN and hasattr(getattr(models, name), "objects")
    ],
    LookOnly,
)


@admin.register(Token)
class TokenAdmin(LookOnly):
    """Tokens without their digests."""

    exclude = ("digest",)
