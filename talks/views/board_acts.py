"""What the buttons of a board do: each verb reads its form and calls one action; what it did is said in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from members.actors import Actor
from members.keys import read_key
from news.models import NewsItem
from talks.actions import carries, item_edits, item_order, items, suggestions, triage
from talks.models import Carry, Episode, Item, Plan, Question, Section, Suggestion
from talks.nominations import group_for

Sent = Mapping[str, Any]


def _item(sent: Sent, episode: Episode) -> Item:
    rows = Item.objects.filter(section__episode=episode, section__deleted_at=None)
    if (row := rows.filter(pk=read_key(sent.get("item"))).select_related("section").first()) is None:
        raise Http404
    return row


def _any_item(sent: Sent, episode: Episode) -> Item:
    """Return an item of any week: what goes on has its place in an earlier one. The action says who may."""
    if (row := Item.objects.filter(pk=read_key(sent.get("item"))).select_related("section__episode").first()) is None:
        raise Http404
    return row


def _section(key: object, episode: Episode) -> Section:
    rows = Section.objects.filter(episode=episode, deleted_at=None).select_related("episode")
    if (row := rows.filter(pk=read_key(key)).first()) is None:
        raise Http404
    return row


def _suggestion(sent: Sent, episode: Episode) -> Suggestion:
    rows = Suggestion.objects.filter(section__episode=episode, deleted_at=None)
    if (row := rows.filter(pk=read_key(sent.get("suggestion"))).first()) is None:
        raise Http404
    return row


def _decided(verb: str, said: Callable[[Item], str]) -> Callable[[Sent, Episode, Actor, datetime], str]:
    def act(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
        more = {"reason": sent.get("reason", "")} if verb in ("decline", "defer") else {}
        version = read_key(sent.get("version"))
        row = getattr(items, verb)(item=_item(sent, episode), version=version, by=by, now=now, **more)
        return said(row)

    return act


def _merge(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    into = Item.objects.current().filter(pk=read_key(sent.get("into"))).first()
    if into is None:
        raise Http404
    row = items.merge(item=_item(sent, episode), into=into, version=read_key(sent.get("version")), by=by, now=now)
    return _("Merged into “%(title)s”") % {"title": row.merged_into}


def _vote(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    return _("Your vote: “%(title)s”") % {"title": items.vote(item=_any_item(sent, episode), by=by, now=now)}


def _unvote(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    return _("Your vote for “%(title)s” is taken back") % {
        "title": items.unvote(item=_any_item(sent, episode), by=by, now=now)
    }


def _shift(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    steps = -1 if sent["shift"] == "up" else 1
    version = read_key(sent.get("version"))
    row = item_order.shift(item=_item(sent, episode), steps=steps, version=version, by=by, now=now)
    return _("Moved: “%(title)s”") % {"title": row}


def _depth(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    values = {"depth": sent["depth"], "minutes": None}
    version = read_key(sent.get("version"))
    row = item_edits.edit(item=_item(sent, episode), version=version, values=values, by=by, now=now)
    return _("“%(title)s” is now: %(depth)s") % {"title": row, "depth": row.get_depth_display()}


def _move(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    target = Section.objects.filter(pk=read_key(sent.get("to")), deleted_at=None).select_related("episode").first()
    if target is None:
        raise Http404
    row = item_order.move(
        item=_item(sent, episode), section=target, version=read_key(sent.get("version")), by=by, now=now
    )
    place = {"title": row, "episode": target.episode.label, "section": target.name}
    return _("“%(title)s” stands in %(episode)s, %(section)s now") % place


def _delete(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    row = item_edits.remove(item=_item(sent, episode), version=read_key(sent.get("version")), by=by, now=now)
    return _("Taken out: “%(title)s”") % {"title": row}


def _restore(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    row = item_edits.restore(item=_item(sent, episode), version=read_key(sent.get("version")), by=by, now=now)
    return _("It is back: “%(title)s”") % {"title": row}


# ── What goes on ────────────────────────────────────────────────────────────


def _take(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    row = carries.take(item=_any_item(sent, episode), section=_section(sent["take"], episode), by=by, now=now)
    return _("%(section)s goes on with “%(title)s”") % {"section": row.section.name, "title": row}


def _take_plan(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    plan = Plan.objects.filter(pk=read_key(sent.get("plan"))).first()
    if plan is None:
        raise Http404
    row = carries.take_plan(plan=plan, section=_section(sent["take_plan"], episode), by=by, now=now)
    return _("%(section)s goes on with “%(title)s”") % {"section": row.section.name, "title": row}


def _carry(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    question = Question.objects.filter(pk=read_key(sent["carry"]), deleted_at=None).select_related("episode").first()
    if question is None:
        raise Http404
    carries.carry(question=question, episode=episode, reason="unanswered", by=by, now=now)
    return _("%(episode)s goes on with %(id)s") % {"episode": episode.label, "id": question.public_id}


def _drop(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    row = Carry.objects.filter(pk=read_key(sent["drop"]), episode=episode).first()
    if row is None:
        raise Http404
    carries.drop(carry=row, by=by, now=now)
    return _("It does not go on.")


# ── Radar ───────────────────────────────────────────────────────────────────


def _take_story(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    key, _dot, place = sent["take_story"].partition(".")
    story = NewsItem.objects.in_inbox().filter(pk=read_key(key)).first()
    if story is None:
        raise Http404
    group = group_for(story.url or "") or triage.GROUPS[-1]
    item = triage.take(story=story, section=_section(place, episode), group=group, by=by, now=now)
    return _("Filed: %(where)s") % {"where": triage.where_of(item)}


def _ignore(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    triage.ignore(finding=sent["ignore"], reason=sent.get("reason", ""), by=by, now=now)
    return _("The radar shows it no more.")


# ── Suggestions ─────────────────────────────────────────────────────────────


def _suggest(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    body = str(sent.get("body", "")).replace("\r\n", "\n")
    suggestions.suggest(section=_section(sent.get("section"), episode), body=body, by=by, now=now)
    return _("Your suggestion stands there.")


def _own(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    version = read_key(sent.get("version"))
    suggestions.own(suggestion=_suggestion(sent, episode), version=version, by=by, now=now)
    return _("You see to it.")


def _resolve(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    words = str(sent.get("resolution", "")).replace("\r\n", "\n")
    version = read_key(sent.get("version"))
    row = _suggestion(sent, episode)
    suggestions.resolve(suggestion=row, resolution=words, version=version, by=by, now=now)
    return _("Resolved.")


def _open_again(sent: Sent, episode: Episode, by: Actor, now: datetime) -> str:
    version = read_key(sent.get("version"))
    suggestions.reopen(suggestion=_suggestion(sent, episode), version=version, by=by, now=now)
    return _("It is open again.")


VERBS: Mapping[str, Callable[[Sent, Episode, Actor, datetime], str]] = {
    "vote": _vote,
    "unvote": _unvote,
    "accept": _decided("accept", lambda row: _("Taken: “%(title)s”") % {"title": row}),
    "defer": _decided("defer", lambda row: _("Put off: “%(title)s”") % {"title": row}),
    "decline": _decided("decline", lambda row: _("Declined: %(title)s") % {"title": row}),
    "reopen": _decided("reopen", lambda row: _("Undone: %(title)s") % {"title": row}),
    "merge": _merge,
    "shift": _shift,
    "depth": _depth,
    "move": _move,
    "delete": _delete,
    "restore": _restore,
    "take": _take,
    "take_plan": _take_plan,
    "carry": _carry,
    "drop": _drop,
    "take_story": _take_story,
    "ignore": _ignore,
    "suggest": _suggest,
    "own": _own,
    "resolve": _resolve,
    "open_again": _open_again,
}
