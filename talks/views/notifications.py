"""What the site has told somebody, and noting that it was read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.actions.notifications import read_all
from members.actors import actor_of
from members.keys import read_key
from members.models import Notification
from talks.notices import notice_of
from talks.views.visitor import visitor

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """What I was told, the newest first; a post marks what was shown as read."""
    person = visitor(request)
    if person is None:
        raise PermissionDenied(_("Sign in to see what you were told."))
    if request.method == "POST":
        until = read_key(request.POST.get("until")) or None
        read_all(by=actor_of(request.user), now=timezone.now(), until=until)
        return redirect("notifications")
    page = Paginator(Notification.objects.of(person), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "notices": [notice_of(row) for row in page.object_list],
        "until": next((row.pk for row in page.object_list), 0),
        "query": "",
    }
    return render(request, "talks/notifications.html", context)
