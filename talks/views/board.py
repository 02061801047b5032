"""The board of a week: what stands in every section, and what one tap does to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from markup.merging import merge_values
from members.actors import ANONYMOUS, Actor
from members.conflicts import Conflict, sides_of
from members.keys import read_key
from talks.actions import item_order
from talks.actions.item_order import accepted_in
from talks.actions.item_rows import values_of
from talks.actions.visits import note_visit
from talks.models import Depth, Episode, Item, ItemState, Section, Suggestion
from talks.rules import REASON_LIMIT, SUGGESTION_LIMIT, can_suggest
from talks.views.acting import Outcome, actor, attempt, undo_by
from talks.views.board_acts import VERBS
from talks.views.board_rows import board_of
from talks.views.visitor import visitor

# Verbs that take something out, and the kind of row that it is: their message offers to bring it back.
UNDOES = {"delete": "item", "drop": "carry"}


@require_safe
@never_cache
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of an episode; who runs a section decides there, members vote and nominate."""
    by, now = actor(request), timezone.now()
    episode = episode_for(request, code)
    if code != episode.code:
        return redirect("board", episode.code, permanent=True)
    since = note_visit(episode=episode, by=by, now=now) if request.method == "GET" else None
    found = board_of(episode, by, since=since, now=now)
    return render(request, "talks/board.html", _context(found.episode, by) | {"board": found})


def _context(episode: Episode, by: Actor) -> dict[str, Any]:
    return {
        "episode": episode,
        "by": by,
        "may_suggest": can_suggest(by, episode),
        "reason_limit": REASON_LIMIT,
        "suggestion_limit": SUGGESTION_LIMIT,
    }


def episode_for(request: HttpRequest, code: str) -> Episode:
    visible = Episode.objects.visible_to(visitor(request)).with_code(code)
    return get_object_or_404(visible.select_related("template"))


@require_POST
def act(request: HttpRequest, code: str) -> HttpResponse:
    """Do what one button of the board says. A conflict shows both sides, and what can be done now."""
    by, now = actor(request), timezone.now()
    episode = episode_for(request, code)
    page = reverse("board", args=[episode.code])
    if by is ANONYMOUS:
        return redirect_to_login(page)
    sent = request.POST.dict()
    verb = next((verb for verb in VERBS if verb in sent), None)
    if verb is None:
        messages.error(request, _("Nothing was sent."))
        return redirect(page)
    done = attempt(lambda: VERBS[verb](sent, episode, by, now))
    if done.texts is not None:
        return _conflict(request, episode, sent, verb, done)
    undo = (
        undo_by(episode.code, UNDOES[verb], read_key(sent.get(verb if verb == "drop" else "item")))
        if verb in UNDOES
        else ""
    )
    (messages.success if done.is_done else messages.error)(request, done.said, extra_tags=undo if done.is_done else "")
    named = ((kind, read_key(sent.get(kind))) for kind in ("item", "suggestion", "section"))
    anchor = next((f"#{kind}-{key}" for kind, key in named if key), "")
    return redirect(f"{page}{anchor}")


def _conflict(request: HttpRequest, episode: Episode, sent: dict[str, Any], verb: str, done: Outcome) -> HttpResponse:
    """Show what stands now beside what was wanted, with a form that does it all the same."""
    item = (
        Item.objects.filter(pk=read_key(sent.get("item")))
        .select_related("section", "decided_by", "merged_into")
        .first()
    )
    suggestion = Suggestion.objects.filter(pk=read_key(sent.get("suggestion"))).first()
    texts = done.texts or {}
    kept = {name: value for name, value in sent.items() if name not in ("csrfmiddlewaretoken", "version")}
    if "resolution" in kept:
        yours, theirs = {"resolution": kept["resolution"]}, texts.get("theirs") or {}
        kept |= merge_values(texts.get("base"), yours, theirs, long={"resolution"}).values
    context = {
        "episode": episode,
        "item": item,
        "said": done.said,
        "clash": Conflict(sides_of(*(said_of(texts.get(side) or {}) for side in ("yours", "theirs")))),
        "kept": kept,
        "version": row.version if (row := item or suggestion) is not None else "",
        "has_words": "resolution" in sent,
        "suggestion": suggestion.pk if suggestion is not None else 0,
        "verb": verb,
    }
    return render(request, "talks/board_conflict.html", context, status=409)


def said_of(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the values of one side of a conflict in words, in the order of a form; empty ones left out."""
    names = {
        "state": _("State"),
        "reason": _("Reason"),
        "title": _("Title"),
        "url": _("Address"),
        "body": _("Note"),
        "group": _("Group"),
        "depth": _("How much"),
        "minutes": _("Minutes"),
        "owner": _("Sees to it"),
        "resolution": _("What came of it"),
    }
    words: dict[str, dict[str, Any]] = {"state": dict(ItemState.choices), "depth": dict(Depth.choices)}
    found = []
    for name, label in names.items():
        value = values.get(name)
        if value not in (None, ""):
            found.append((label, str(words.get(name, {}).get(str(value), value))))
    return found


@require_POST
def arrange(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Put an item where it was drawn to: behind another one, in a section."""
    by, now = actor(request), timezone.now()
    episode = episode_for(request, code)
    page = reverse("board", args=[episode.code])
    if by is ANONYMOUS:
        return redirect_to_login(page)
    item = Item.objects.current().filter(section__episode=episode, section__deleted_at=None, pk=pk).first()
    if item is None:
        messages.error(request, _("It does not stand on this board any more."))
        return redirect(page)
    section = Section.objects.filter(pk=read_key(request.POST.get("section")), episode=episode).first()
    behind = read_key(request.POST.get("behind")) or None
    version = read_key(request.POST.get("version"))

    def put() -> str:
        item_order.arrange(item=item, behind=behind, section=section, version=version, by=by, now=now)
        return ""

    done = attempt(put)
    if done.texts is not None:
        return _place_conflict(request, episode, item_on(episode, pk), section, behind, done.said)
    if not done.is_done:
        messages.error(request, done.said)
    return redirect(f"{page}#item-{item.pk}")


def _place_conflict(
    request: HttpRequest, episode: Episode, item: Item, section: Section | None, behind: int | None, said: str
) -> HttpResponse:
    """Show where a drawn item stands now beside where it was to go, with a form that puts it there all the same."""
    target = section if section is not None and section.deleted_at is None else item.section
    places = [row for row in accepted_in(target) if row.pk != item.pk]
    yours = _place_of(target, Item.objects.filter(pk=behind).first() if behind else None)
    context = {
        "episode": episode,
        "item": item,
        "said": said,
        "action": reverse("board-arrange", args=[episode.code, item.pk]),
        "clash": Conflict(sides_of(yours, [*_place_of(item.section, _before(item)), *said_of(values_of(item))])),
        "kept": {"section": target.pk},
        "places": places,
        "behind": behind,
        "version": item.version,
    }
    return render(request, "talks/board_conflict.html", context, status=409)


def _place_of(section: Section, behind: Item | None) -> list[tuple[str, str]]:
    where = _("at the beginning") if behind is None else _("behind “%(title)s”") % {"title": behind}
    return [(_("Section"), section.name), (_("Place"), where)]


def _before(item: Item) -> Item | None:
    """Return the accepted item that stands before this one in its section."""
    rows = accepted_in(item.section)
    keys = [row.pk for row in rows]
    place = keys.index(item.pk) if item.pk in keys else 0
    return rows[place - 1] if place else None


def item_on(episode: Episode, pk: int) -> Item:
    """Return an item of an episode, deleted or not. Raises Http404."""
    rows = Item.objects.filter(section__episode=episode, section__deleted_at=None)
    row = (
        rows.select_related("section", "nominated_by", "decided_by", "merged_into__section__episode")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise Http404
    row.section.episode = episode
    return row
