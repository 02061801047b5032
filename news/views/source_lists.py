"""Lists of feeds as OPML for organizers: what is in one is shown first, only what is confirmed is added."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.rules import in_one
from news import opml
from news.actions.feeds import known_feeds, take_feeds
from news.entries import Unreadable
from news.export import outlines
from news.sources import key_of
from news.views.sources import organizer

MAX_BYTES = 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def take_in(request: HttpRequest) -> HttpResponse:
    """The form that takes a list, what is in it, and after a second press the sources made of it."""
    by = organizer(request)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            found, problems = opml.read(_sent(request))
        except Unreadable as error:
            context["error"] = str(error)
        else:
            if "confirm" in request.POST:
                taken = take_feeds(outlines=found, by=by, now=timezone.now())
                _tell(request, [one.status for one in taken], [one.message for one in taken if one.message])
                return redirect("sources")
            known = known_feeds()
            rows = [(outline, key_of(outline.url) in known) for outline in found]
            context |= {
                "rows": rows,
                "fresh": sum(not is_known for _outline, is_known in rows),
                "problems": problems,
                "text": opml.write(found, title="").decode(),
            }
    return render(request, "news/source_lists.html", context, status=400 if "error" in context else 200)


@require_safe
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """The sources that other programs can read."""
    organizer(request)
    found, _others = outlines()
    response = HttpResponse(opml.write(found, title="OpenLLM Talk"), content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sources.opml"'
    return response


def _sent(request: HttpRequest) -> bytes:
    """The list that was sent, as a file or after its preview as text. Raises Unreadable."""
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) > MAX_BYTES:
        raise Unreadable(_("The file is too large."))
    data = file.read() if file is not None else request.POST.get("text", "").encode("utf-8", "replace")
    if not data.strip():
        raise Unreadable(_("Choose a file."))
    return data


def _tell(request: HttpRequest, statuses: list[str], refused: list[str]) -> None:
    added = statuses.count("added")
    messages.success(request, ngettext("%(n)d source added.", "%(n)d sources added.", added) % {"n": added})
    if refused:
        messages.error(request, in_one(refused[:5]))
