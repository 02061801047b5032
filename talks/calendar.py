"""The evenings as an iCalendar file (RFC 5545). Reads only; the same rows give the same bytes.

An evening keeps its UID whatever happens to it, and SEQUENCE counts how often it was moved, so calendars move it. A
week off has no event: the evening planned for it has moved on under its UID. What was deleted is not there either:
who subscribes gets the whole file anew, and a deleted number is nobody's to see, not even as cancelled.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from talks.models import Episode, EpisodeState

# How long an evening is that no template says.
USUAL_MINUTES = 120
# How often a subscriber is asked to look again.
REFRESH = timedelta(hours=4)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def calendar_of(episodes: Iterable[Episode]) -> bytes:
    """Return the file of these episodes; those without a date are left out."""
    dated = [episode for episode in episodes if episode.starts_at is not None]
    calendar = Calendar()
    calendar.add("prodid", "-//OpenLLM Talk//Evenings//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "OpenLLM Talk")
    calendar.add("x-wr-calname", "OpenLLM Talk")
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    calendar.add_component(_timezone([episode.starts_at.date() for episode in dated if episode.starts_at]))
    for episode in dated:
        calendar.add_component(_event(episode))
    return calendar.to_ical()


def _timezone(days: list[date]) -> Timezone:
    """Return what the zone's clock does in the years of these days."""
    first, last = (min(days).year, max(days).year) if days else (2023, 2023)
    return Timezone.from_tzid(settings.TIME_ZONE, first_date=date(first - 1, 1, 1), last_date=date(last + 2, 1, 1))


def _event(episode: Episode) -> Event:
    assert episode.starts_at is not None  # noqa: S101 - calendar_of leaves the others out
    begins = episode.starts_at.astimezone(zoneinfo.ZoneInfo(settings.TIME_ZONE))
    minutes = episode.template.minutes if episode.template is not None else USUAL_MINUTES
    address = f"{settings.SITE_URL}{episode.get_absolute_url()}"
    name = _plain(episode.name)
    event = Event()
    event.add("uid", f"episode-{episode.code}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", episode.sequence)
    event.add("dtstamp", episode.changed_at)
    event.add("last-modified", episode.changed_at)
    event.add("created", episode.created_at)
    event.add("dtstart", begins)
    event.add("dtend", (episode.starts_at + timedelta(minutes=minutes)).astimezone(begins.tzinfo))
    event.add("summary", f"OpenLLM Talk {episode.label} {name}".strip())
    event.add("description", "\n".join(filter(None, [name, address])))
    event.add("url", address)
    event.add("location", _("online"))
    is_fixed = episode.state != EpisodeState.COLLECTING
    event.add("status", "CONFIRMED" if is_fixed else "TENTATIVE")
    event.add("transp", "OPAQUE")
    return event


def _plain(text: str) -> str:
    """Return a text on one line, without what no calendar takes."""
    return " ".join(_CONTROL.sub(" ", text).split())
