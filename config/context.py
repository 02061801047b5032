"""What every template knows about the site and the visitor's choices."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from members.actors import actor_of
from members.models import Notification
from news.rules import may_sort_stories
from talks.models import Episode
from talks.rules import can_import
from talks.views.site import THEMES
from talks.views.visitor import visitor


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's address, the chosen theme ("" follows the system), who looks, and the next episode.

    The last are read when a template asks for them.
    """
    theme = request.COOKIES.get("theme", "")
    return {
        "SITE_URL": settings.SITE_URL,
        "theme": theme if theme in THEMES else "",
        "zone": _("Beijing time") if settings.TIME_ZONE == "Asia/Shanghai" else settings.TIME_ZONE,
        "me": SimpleLazyObject(lambda: visitor(request)),
        "may_file": SimpleLazyObject(lambda: _may_file(request)),
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "can_import": SimpleLazyObject(lambda: can_import(actor_of(request.user))),
        "open_episode": SimpleLazyObject(lambda: Episode.objects.visible_to(None).of_record().upcoming().first()),
        "address": f"{settings.SITE_URL}{request.path}",
    }


def _unread(request: HttpRequest) -> int:
    person = visitor(request)
    return Notification.objects.of(person).unread().order_by().count() if person is not None else 0


def _may_file(request: HttpRequest) -> bool:
    person = visitor(request)
    return person is not None and may_sort_stories(person)
