"""Somebody is editing a row just now (正在编辑). It is over in a minute and changes nothing, so it leaves no Event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from members.actors import Actor
from members.keys import read_key
from members.rules import require
from talks.models import Episode, Presence
from talks.rules import may_see_presence
from talks.states import HOME, KEPT

# Rows that have a form, by kind.
EDITED = ("item", "question", "answer", "section")


def note_presence(*, kind: str, key: str, is_editing: bool, by: Actor, now: datetime) -> list[str]:
    """Note that `by` is editing a row, or only looks at its form; return the names of the others who are editing it.

    Raises PermissionDenied, Http404 for a row that `by` may not know of.
    """
    require(may_see_presence(by), _("Sign in to see who is editing."))
    person: Any = by
    pk = read_key(key)
    if kind not in EDITED:
        raise Http404
    seen: dict[str, Any] = {f"{HOME[kind]}__in": Episode.objects.visible_to(person)}
    if kind == "answer":
        seen["question__deleted_at"] = None
    rows = KEPT[kind]._base_manager.filter(pk=pk, deleted_at=None, **seen)
    if (episode := rows.values_list(HOME[kind], flat=True).first()) is None:
        raise Http404
    if is_editing:
        row = Presence(person=person, episode_id=episode, kind=kind, key=pk, seen_at=now)
        once, again = ["person", "kind", "key"], ["episode", "seen_at"]
        Presence.objects.bulk_create([row], update_conflicts=True, unique_fields=once, update_fields=again)
    return Presence.objects.names_at(kind, pk, now=now, but=person)


def forget_presence(*, now: datetime) -> None:
    """Delete what means nothing any more. Part of the daily clean-up."""
    Presence.objects.over(now).delete()
