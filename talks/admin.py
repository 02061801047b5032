"""Every other table in the admin, to look at only: writes go through actions."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

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


admin.site.register([Job, Slot, Alias, Person, Paper], LookOnly)


@admin.register(Event)
class EventAdmin(LookOnly):
    """Acts without the words they were about: some are nobody's to read any more. The history shows what may be."""

    exclude = ("before", "after", "reason")


@admin.register(models.KeptRow)
class KeptRowAdmin(LookOnly):
    """What was before, without its words, as acts are."""

    exclude = ("state",)


@admin.register(models.Question)
class QuestionAdmin(LookOnly):
    """Questions but those that their asker withdrew: only the code brings these back."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.Question]:
        return super().get_queryset(request).exclude(pk__in=models.Question.objects.withdrawn().values("pk"))


# The address of a webhook is a key; who is editing or writing just now, and who reported what, is nobody's to look up.
# What comes of asking without an account is hashed, and still nobody's.
OWN = ("KeptRow", "Question")
HIDDEN = ("DaySalt", "Presence", "Report", "ReturnCode", "ScribeLock", "VisitorCount", "Webhook")
admin.site.register(
    [
        getattr(models, name)
        for name in models.__all__
        if name not in (*HIDDEN, *OWN) and hasattr(getattr(models, name), "objects")
    ],
    LookOnly,
)


@admin.register(Token)
class TokenAdmin(LookOnly):
    """Tokens without their digests."""

    exclude = ("digest",)
