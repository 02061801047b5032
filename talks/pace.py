"""How long each step of the last evenings took, read from their Events; for who hosts the next one. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from members.models import Event
from talks.models import Episode, EpisodeState
from talks.series import held

LAST = 3
STEPS = (
    EpisodeState.COLLECTING,
    EpisodeState.LOCKED,
    EpisodeState.LIVE,
    EpisodeState.WRAPUP,
    EpisodeState.PUBLISHED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """From one state to the next: how long it took in each of the last evenings, None where nobody noted it."""

    start: str
    end: str
    sentence: str
    spans: list[timedelta | None]


def steps_of_last(*, without: Episode | None = None) -> tuple[list[Episode], list[Step]]:
    """Return the last evenings whose steps were noted here, the newest first, and their steps. Two queries."""
    rows = held() if without is None else held().exclude(pk=without.pk)
    evenings = list(rows[: 4 * LAST])
    moments = moments_of(evenings)
    known = [row for row in evenings if len(moments[row.code]) > 1][:LAST]
    sentences = (
        _("collecting: until the board is locked"),
        _("preparing: until it goes on the air"),
        _("the evening itself"),
        _("wrapping up: until it is published"),
    )
    pairs = zip(STEPS, STEPS[1:], sentences, strict=False)
    return known, [
        Step(start, end, said, [_span(moments[row.code], start, end) for row in known]) for start, end, said in pairs
    ]


def moments_of(evenings: Sequence[Episode]) -> dict[str, dict[str, datetime]]:
    """Return when each of these came to each state for the first time, by code. One query."""
    found: dict[str, dict[str, datetime]] = {row.code: {} for row in evenings}
    events = Event.objects.filter(target_kind="episode", target_key__in=list(found), verb__in=("plan", "advance"))
    for code, at, after in events.order_by("pk").values_list("target_key", "at", "after"):
        state = (after or {}).get("state")
        if state:
            found[code].setdefault(state, at)
    return found


def _span(moments: dict[str, datetime], start: str, end: str) -> timedelta | None:
    if start not in moments or end not in moments:
        return None
    return max(moments[end] - moments[start], timedelta(0))
