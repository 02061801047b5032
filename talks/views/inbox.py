"""The inbox: the stories of the week to be filed, one of them in full, and what is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.actors import Actor, actor_of
from members.keys import read_key
from members.models import Person
from members.rules import in_one, require
from news.models import NewsItem, Sighting, Source
from talks.actions import triage
from talks.actions.triage import GROUPS
from talks.rules import REASON_LIMIT
from talks.views import inbox_rows as rows
from talks.views.visitor import visitor

# A write that began before our last look may be committed after it.
OVERLAP = timedelta(seconds=10)

Sent = Mapping[str, Any]


@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """The stories of the week, the best first; who may file gets buttons."""
    now, wish = timezone.now(), rows.Wish.of(request.GET)
    desk = rows.desk_of(visitor(request), now)
    found = rows.inbox_of(wish, desk, now=now, page=request.GET.get("page"), did=read_key(request.GET.get("did")))
    states, kinds = rows.chips_of(wish, desk)
    gaps, twice = rows.radar_of(desk) if desk.may_sort else ([], [])
    sources = list(Source.objects.current().with_last_outcome())
    context = {
        "inbox": found,
        "page": found.page,
        "query": f"{wish.query()}&" if wish.query() else "",
        "states": states,
        "kinds": kinds,
        "gaps": gaps,
        "twice": twice,
        "sources": sources,
        "conditions": (conditions := rows.conditions_of(sources)),
        "failing": sum(each.is_bad for each in conditions),
        "looked_at": max(filter(None, (getattr(each, "last_ended_at", None) for each in sources)), default=None),
        **_of_desk(desk, wish, now),
    }
    return render(request, "talks/inbox.html", context)


@require_safe
@never_cache
def story(request: HttpRequest, pk: int) -> HttpResponse:
    """One story in full, with every sighting, and the forms to file or decline it."""
    now, wish = timezone.now(), rows.Wish.of(request.GET)
    desk = rows.desk_of(visitor(request), now)
    row = get_object_or_404(NewsItem.objects.in_inbox().select_related("paper"), pk=pk)
    if row.merged_into_id is not None:
        return redirect("inbox-story", row.merged_into_id)
    told = NewsItem.objects.in_inbox().filter(pk=pk).told()
    [line] = rows.lines_of(rows.read([pk]), told, desk, now=now, compare=False)
    sightings = Sighting.objects.filter(news_item=row, is_hidden=False).select_related("source")
    seen = list(sightings.order_by("first_seen_at", "pk"))
    authors = [each["name"] for each in row.paper.authors] if row.paper else []
    context = {
        "story": row,
        "line": line,
        "sightings": seen,
        "authors": authors or next((each.authors for each in seen if each.authors), []),
        "summary": row.summary or (row.paper.abstract if row.paper else ""),
        # What arXiv says has its formulas; a summary of any other source is text.
        "abstract_html": row.paper.abstract_html if row.paper else "",
        "title_html": row.paper.title_html if row.paper and row.paper.title == row.title else "",
        **_of_desk(desk, wish, now),
    }
    return render(request, "talks/inbox_story.html", context)


def _of_desk(desk: rows.Desk, wish: rows.Wish, now: datetime) -> dict[str, Any]:
    return {
        "desk": desk,
        "may_file": desk.may_sort,
        "wish": wish,
        "here": wish.query(),
        "coming": desk.week.coming,
        "since": now.isoformat(),
        "reason_limit": REASON_LIMIT,
    }


# ── Acts ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did, or why it was refused; `status` is that of the answer."""

    said: str
    story: int = 0
    status: int = 200


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do what one button says. Scripts get the rows that changed since their last look, others the page again."""
    by, now = actor_of(request.user), timezone.now()
    in_place = request.headers.get("X-Requested-With") == "fetch"
    if not request.user.is_authenticated and not in_place:
        return redirect_to_login(reverse("inbox"))
    done = _attempt(request.POST.dict(), by, now)
    if in_place:
        return _reply(request, done, now)
    require(done.status != 403, done.said)
    (messages.success if done.status == 200 else messages.error)(request, done.said)
    query = rows.Wish.of(QueryDict(request.POST.get("query", "")[:1000])).query()
    if done.story:
        return redirect(f"{reverse('inbox')}?{query}{'&' if query else ''}did={done.story}#story-{done.story}")
    return redirect(f"{reverse('inbox')}?{query}" if query else reverse("inbox"))


def _reply(request: HttpRequest, done: Done, now: datetime) -> HttpResponse:
    desk = rows.desk_of(visitor(request), now)
    try:
        sent = parse_datetime(request.POST.get("since", "")[:40])
        since = (sent - OVERLAP).astimezone(UTC) if sent is not None and timezone.is_aware(sent) else None
    except (ValueError, OverflowError):  # no moment, or one at the ends of the calendar
        since = None
    wish = rows.Wish.of(QueryDict(request.POST.get("query", "")[:1000]))
    states, kinds = rows.chips_of(wish, desk)
    context = {
        "lines": rows.changed_since(desk, since, done.story, now=now),
        "states": states,
        "kinds": kinds,
        "done": done,
        "left": rows.left_of(desk),
        **_of_desk(desk, wish, now),
    }
    return render(request, "talks/inbox_reply.html", context, status=done.status)


def _attempt(sent: Sent, by: Actor, now: datetime) -> Done:
    """Do the act, or say in a sentence why not."""
    verb = next((verb for verb in VERBS if verb in sent), None)
    if verb is None:
        return Done(_("Nothing was sent."), status=400)
    first = read_key(sent[verb].partition(".")[0])
    named = NewsItem.objects.in_inbox().filter(pk=first).first() if verb not in FINDINGS else None
    pk = named.pk if named else 0
    title = f"「{named}」" if named else ""
    try:
        return Done(VERBS[verb](sent, named, by, now), pk)
    except Http404:
        return Done(_("This story is not there any more."), pk, 404)
    except ValidationError as error:
        return Done(title + in_one(error.messages), pk, 400)
    except PermissionDenied as error:  # a StateRefusal is one, too
        return Done(title + str(error), pk, 409 if hasattr(error, "code") else 403)


def _take(sent: Sent, story: NewsItem | None, by: Actor, now: datetime) -> str:
    place, story = sent["take"].partition(".")[2], _found(story)
    desk = rows.desk_of(by if isinstance(by, Person) else None, now)
    section = desk.picks if place == "r" else desk.news
    if section is None:
        raise PermissionDenied(_("No episode is collecting, or you lead neither its news nor its picks."))
    group = GROUPS[int(place) - 1] if place in ("1", "2", "3") else None
    item = triage.take(story=story, section=section, group=group, by=by, now=now)
    return _("Filed: %(where)s") % {"where": triage.where_of(item)}


def _decline(sent: Sent, story: NewsItem | None, by: Actor, now: datetime) -> str:
    triage.decline(story=_found(story), reason=sent.get("reason", ""), by=by, now=now)
    return _("Declined: %(title)s") % {"title": story}


def _merge(sent: Sent, story: NewsItem | None, by: Actor, now: datetime) -> str:
    into = NewsItem.objects.in_inbox().filter(pk=read_key(sent["merge"].partition(".")[2])).first()
    triage.merge(story=_found(story), into=_found(into), by=by, now=now)
    return _("Merged into “%(title)s”") % {"title": into}


def _undo(sent: Sent, story: NewsItem | None, by: Actor, now: datetime) -> str:
    triage.undo(story=_found(story), version=read_key(sent["undo"].partition(".")[2]), by=by, now=now)
    return _("Undone: %(title)s") % {"title": story}


def _ignore(sent: Sent, story: NewsItem | None, by: Actor, now: datetime) -> str:
    triage.ignore(finding=sent["ignore"], reason=sent.get("reason", ""), by=by, now=now)
    return _("The radar shows it no more.")


def _unignore(sent: Sent, story: NewsItem | None, by: Actor, now: datetime) -> str:
    triage.unignore(finding=sent["unignore"], by=by, now=now)
    return _("The radar shows it again.")


VERBS = {
    "take": _take,
    "decline": _decline,
    "merge": _merge,
    "undo": _undo,
    "ignore": _ignore,
    "unignore": _unignore,
}
FINDINGS = ("ignore", "unignore")


def _found(story: NewsItem | None) -> NewsItem:
    if story is None:
        raise Http404
    return story
