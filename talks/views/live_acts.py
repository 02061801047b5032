"""What the host's keys do: each reads its form and calls one action on the rundown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from members.actors import Actor
from members.keys import read_key
from talks.actions import moderation, rundown, rundown_making, rundown_order
from talks.models import Cue, Episode, Question, Review

Sent = Mapping[str, str]
Act = Callable[[Episode, str, Sent, Actor, datetime], str]


def _cue(key: str, episode: Episode) -> Cue:
    if (row := Cue.objects.filter(pk=read_key(key), rundown__episode=episode).first()) is None:
        raise Http404
    return row


def _plain(act: Callable[..., object], said: str = "") -> Act:
    """An act on the show as a whole."""

    def do(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
        act(episode=episode, by=by, now=now)
        return _(said) if said else ""

    return do


def _on_cue(act: Callable[..., object], said: str = "") -> Act:
    """An act on the cue that the button names, or else the one that the page showed."""

    def do(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
        act(episode=episode, cue=_cue(key or sent.get("cue", ""), episode), by=by, now=now)
        return _(said) if said else ""

    return do


def _extend(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
    seen = read_key(sent.get("extra")) if "extra" in sent else None
    rundown.add_minutes(episode=episode, cue=_cue(key or sent.get("cue", ""), episode), seen=seen, by=by, now=now)
    return ""


def _shift(steps: int) -> Act:
    """Move a cue one place up or down among those that are still to come."""

    def do(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
        cue = _cue(key, episode)
        every = Cue.objects.filter(rundown=cue.rundown_id, state="planned").in_order()
        ahead = [each for each in every if each.is_shown]
        place = next((n for n, each in enumerate(ahead) if each.pk == cue.pk), None)
        if place is not None and 0 <= place + steps < len(ahead):
            behind = ahead[place + 1] if steps > 0 else ahead[place - 2] if place > 1 else None
            rundown_order.reorder(episode=episode, cue=cue, behind=behind, by=by, now=now)
        return ""

    return do


def _add(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
    minutes = read_key(sent.get("minutes")) if sent.get("minutes", "").strip() else None
    cue = rundown_order.add_cue(episode=episode, title=sent.get("title", ""), minutes=minutes, by=by, now=now)
    return _("On the rundown: “%(title)s”") % {"title": cue.title}


def _stage(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
    question = Question.objects.visible_to(None).filter(pk=read_key(key)).select_related("episode").first()
    if question is None:
        raise Http404
    rundown_order.put_on_stage(episode=episode, question=question, by=by, now=now)
    return _("On the rundown: %(id)s") % {"id": question.public_id}


def _approve(episode: Episode, key: str, sent: Sent, by: Actor, now: datetime) -> str:
    pk, _dot, version = key.partition(".")  # of the words that the page showed
    question = Question.objects.under_review(Review.WAITING).filter(pk=read_key(pk), episode=episode).first()
    if question is None:
        raise Http404
    moderation.approve(row=question, by=by, now=now, version=read_key(version))
    return _("%(id)s is shown now.") % {"id": question.public_id}


ACTS: Mapping[str, Act] = {
    "make": _plain(rundown_making.make_rundown),
    "start": _plain(rundown.start),
    "pause": _plain(rundown.pause),
    "resume": _plain(rundown.resume),
    "end": _plain(rundown.end),
    "next": _on_cue(rundown.next_cue),
    "back": _on_cue(rundown.back),
    "skip": _on_cue(rundown.skip),
    "push": _on_cue(rundown_order.push_cue, gettext_noop("It goes on in the next number.")),
    "extend": _extend,
    "up": _shift(-1),
    "down": _shift(1),
    "add": _add,
    "stage": _stage,
    "approve": _approve,
}
