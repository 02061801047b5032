"""How a section runs when nobody takes it (降级): the rule of each kind, and the sentence that says so beforehand."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from news.models import Decision, NewsItem
from news.ranking import order
from talks.models import Item, ItemState, Section, SectionKind

# So many stories stand in a list that nobody comments on.
TOP = 10
WEEK = timedelta(days=7)


class Rule(enum.Enum):
    """What happens to a section without a lead."""

    LIST = "list"
    MOST_WANTED = "most_wanted"
    DROP = "drop"
    HOST = "host"
    NOTHING = "nothing"


def rule_of(section: Section) -> Rule:
    """Return the rule of a section: an optional one is dropped, whatever its kind."""
    if section.kind == SectionKind.FREE_TALK:
        return Rule.NOTHING
    if section.is_optional:
        return Rule.DROP
    return {SectionKind.NEWS.value: Rule.LIST, SectionKind.PICKS.value: Rule.MOST_WANTED}.get(section.kind, Rule.HOST)


def sentence_of(section: Section) -> str:
    """Return what happens when nobody takes a section, as it is said beforehand; "" for the free talk."""
    sentences: Mapping[Rule, str] = {
        Rule.LIST: _("If nobody takes it, the top %(n)d stories of the week are listed without comments.") % {"n": TOP},
        Rule.MOST_WANTED: _("If nobody takes it, the nomination with the most votes is in, and the host reads it out."),
        Rule.DROP: _("If nobody takes it, it is left out this time."),
        Rule.HOST: _("If nobody takes it, the host leads through it."),
    }
    return sentences.get(rule_of(section), "")


def top_stories(section: Section, *, now: datetime) -> list[NewsItem]:
    """Return the week's undecided stories that the episode does not have yet, the best first, at most TOP."""
    starts_at = section.episode.starts_at or now
    week = NewsItem.objects.in_inbox().current().filter(decision=Decision.OPEN)
    told = week.seen_between(min(starts_at - WEEK, now - WEEK), now).told()
    there = set(Item.objects.current().filter(section__episode=section.episode).values_list("url_key", flat=True))
    told = {pk: row for pk, row in told.items() if row.key not in there}
    keys, taken = list(told), Item.objects.all().places_taken(now)
    best = [keys[index] for index, _rank in order(list(told.values()), taken=taken, now=now)[:TOP]]
    stories = NewsItem.objects.select_related("paper").in_bulk(best)
    return [stories[pk] for pk in best]


def most_wanted(section: Section) -> Item | None:
    """Return the nomination of a section with the most votes; of equals the one that came first."""
    rows = Item.objects.current().filter(section=section, state=ItemState.NOMINATED).annotate(wanted=Count("votes"))
    return rows.order_by("-wanted", "position", "pk").first()
