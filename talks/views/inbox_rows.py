"""What the inbox shows: the week's stories in order, each with its reasons, where it was, and what it is like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.actors import ANONYMOUS
from members.models import Person
from members.rules import is_organizer
from news.models import Decision, NewsItem, NewsItemQuerySet, Outcome, Source, SourceKind
from news.ranking import Rank, Reason, Told, Why, order, rank
from news.similar import similar
from talks.actions.triage import GROUPS
from talks.models import Episode, Item, Section, SectionKind
from talks.models.episodes import Week
from talks.radar import Gap, Twice, found_for, read, talked_of
from talks.rules import sections_to_file_in
from talks.views.record import word_of

PAGE = 500
SHOWN_NAMES = 3
WORDS = 100
STATES = {"open": Decision.OPEN, "taken": Decision.TAKEN, "declined": Decision.DECLINED}
KINDS = {
    "arxiv": (SourceKind.ARXIV_FEED, SourceKind.ARXIV_QUERY),
    "hf": (SourceKind.HF_DAILY,),
    "feed": (SourceKind.FEED,),
}
SEVERAL = "several"
# What was published long before the week and came to light in it: a new feed's back catalogue.
BACK = "back"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor wants to see: which decisions, from where, with which words."""

    state: str = "open"
    kind: str = ""
    source: str = ""
    words: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Wish:
        state, kind = query.get("state", "open"), query.get("kind", "")
        return cls(
            state if state in (*STATES, "all") else "open",
            kind if kind in (*KINDS, SEVERAL, BACK) else "",
            query.get("source", "")[:60].replace("\x00", ""),
            query.get("q", "")[:WORDS].replace("\x00", ""),
        )

    def query(self, **changes: str) -> str:
        """The query string of this wish, with changes; what is usual is left out."""
        values = {"state": self.state, "kind": self.kind, "source": self.source, "q": self.words, **changes}
        usual = {"state": "open", "kind": "", "source": "", "q": ""}
        return urlencode({name: value for name, value in values.items() if value != usual[name]})

    def among(self, week: Week) -> NewsItemQuerySet:
        """The stories wished for, merged ones apart."""
        return self.of_state(self.of_kind(self.anywhere(week), week))

    def anywhere(self, week: Week) -> NewsItemQuerySet:
        """Those of the source and with the words wished for, whatever was decided and wherever they are from."""
        found = NewsItem.objects.in_inbox().current().seen_between(week.start, week.end)
        if self.source:
            found = found.carried_by(slug=self.source)
        return found.saying(self.words)

    def of_kind(self, found: NewsItemQuerySet, week: Week) -> NewsItemQuerySet:
        if self.kind in KINDS:
            found = found.carried_by(kind__in=KINDS[self.kind])
        if self.kind == SEVERAL:
            found = found.of_several()
        return found.back_catalogue(week.start, self.kind == BACK)

    def of_state(self, found: NewsItemQuerySet) -> NewsItemQuerySet:
        return found.filter(decision=STATES[self.state]) if self.state in STATES else found


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits there, in which week, and what they may file where."""

    person: Person | None
    week: Week
    sections: list[Section]
    may_sort: bool

    @property
    def news(self) -> Section | None:
        return next((section for section in self.sections if section.kind == SectionKind.NEWS), None)

    @property
    def picks(self) -> Section | None:
        return next((section for section in self.sections if section.kind == SectionKind.PICKS), None)

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The groups of the news with their keys, where this person may file."""
        return [(str(key), group) for key, group in enumerate(GROUPS, 1)] if self.news else []


def desk_of(person: Person | None, now: datetime) -> Desk:
    week = Episode.objects.visible_to(person).week(now)
    by = person or ANONYMOUS
    sections = sections_to_file_in(by, week.coming)
    return Desk(person, week, sections, bool(sections) or is_organizer(by))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the inbox."""

    story: NewsItem
    reasons: list[str]
    sources: list[str]
    more_sources: int
    filed: Item | None
    here: list[Item]
    earlier: list[Item]
    like: NewsItem | None
    onto: NewsItem | None

    @property
    def is_done(self) -> bool:
        return self.story.decision != Decision.OPEN or self.story.merged_into_id is not None

    @property
    def filed_in(self) -> str:
        """Where it was filed, as a reader would say it."""
        if self.filed is None:
            return ""
        return " ".join(filter(None, [f"「{word_of(self.filed.section)}」", self.filed.group]))


def lines_of(
    stories: Sequence[NewsItem], told: Mapping[int, Told], desk: Desk, *, now: datetime, compare: bool = True
) -> list[Line]:
    """Return rows in the order given, in as many queries for one as for 500. `compare` looks for similar titles."""
    taken = Item.objects.all().places_taken(desk.week.start)
    talked = talked_of(stories, desk.person)
    filed = {
        item.news_item_id: item
        for item in Item.objects.current().filter(news_item__in=[story.pk for story in stories]).order_by("pk")
        .select_related("section__episode")
    }  # fmt: skip
    likes = similar([story.title for story in stories]) if compare else {}
    lines: list[Line] = []
    above: NewsItem | None = None
    for index, story in enumerate(stories):
        like = stories[likes[index].index] if index in likes else None
        lines.append(_line(story, rank(told[story.pk], taken=taken, now=now), talked, filed, desk, like, above))
        above = story if story.merged_into_id is None else above
    return lines


def _line(
    story: NewsItem,
    found: Rank,
    talked: dict[int, list[Item]],
    filed: Mapping[int | None, Item],
    desk: Desk,
    like: NewsItem | None,
    above: NewsItem | None,
) -> Line:
    coming = desk.week.coming.pk if desk.week.coming else None
    others = [item for item in talked.get(story.pk, []) if item.news_item_id != story.pk]
    names = list(dict.fromkeys(sighting.source.name for sighting in getattr(story, "seen", ())))
    return Line(
        story,
        [text for reason in found.reasons if (text := said(reason))],
        names[:SHOWN_NAMES],
        len(names[SHOWN_NAMES:]),
        filed.get(story.pk),
        [item for item in others if item.section.episode_id == coming],
        [item for item in others if item.section.episode_id != coming],
        like,
        like or above,
    )


def said(reason: Reason) -> str:
    """Return a reason for a rank in words."""
    if reason.why is Why.SOURCES:
        return ngettext("%(n)d source", "%(n)d sources", reason.count) % {"n": reason.count}
    if reason.why is Why.UPVOTES:
        return ngettext("%(n)d upvote", "%(n)d upvotes", reason.count) % {"n": reason.count}
    if reason.why is Why.HOST:
        name = "arXiv" if reason.name == "arxiv" else reason.name
        text = ngettext("talks took %(n)d from %(name)s", "talks took %(n)d from %(name)s", reason.count)
        return text % {"n": reason.count, "name": name}
    return _("new today") if reason.count < 24 else ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the week's stories, and what is around them."""

    lines: list[Line]
    page: Page[tuple[int, Rank]]
    left: int


def inbox_of(wish: Wish, desk: Desk, *, now: datetime, page: str | None, did: int = 0) -> Inbox:
    """Return the stories of the week that are wished for, and the one that was just decided, the best first."""
    week = NewsItem.objects.in_inbox().seen_between(desk.week.start, desk.week.end)
    told = week.filter(Q(pk__in=wish.among(desk.week).values("pk")) | Q(pk=did)).told()
    keys, taken = list(told), Item.objects.all().places_taken(desk.week.start)
    ranked = [(keys[index], found) for index, found in order(list(told.values()), taken=taken, now=now)]
    shown = Paginator(ranked, PAGE).get_page(page)
    stories = read([pk for pk, _found in shown.object_list])
    return Inbox(lines_of(stories, told, desk, now=now), shown, left_of(desk))


def left_of(desk: Desk) -> int:
    """Return how many stories of the week are undecided: the rows of the inbox without a filter."""
    return Wish().among(desk.week).count()


def changed_since(desk: Desk, since: datetime | None, did: int, *, now: datetime) -> list[Line]:
    """Return what was decided since a moment, by whomever, and the story of the act itself."""
    week = NewsItem.objects.in_inbox().seen_between(desk.week.start, desk.week.end)
    condition = Q(pk=did) | Q(changed_at__gte=since, version__gt=1) if since else Q(pk=did)
    rows = week.filter(condition)
    told = rows.told()
    return lines_of(read(list(told)), told, desk, now=now, compare=False)


# ── Around the list ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter with its count."""

    word: str
    query: str
    count: int | None
    is_current: bool


def chips_of(wish: Wish, desk: Desk) -> tuple[list[Chip], list[Chip]]:
    """Return the filters by decision and those by kind of source, each with the number of its rows. Two queries."""
    found = wish.anywhere(desk.week)
    by_state = dict(wish.of_kind(found, desk.week).order_by().values_list("decision").annotate(n=Count("pk")))
    words = {"open": _("Open"), "taken": _("Filed"), "declined": _("Declined"), "all": _("All")}
    states = [
        Chip(
            word,
            wish.query(state=state),
            by_state.get(STATES[state].value, 0) if state in STATES else None,
            wish.state == state,
        )
        for state, word in words.items()
    ]
    kinds = {
        "arxiv": "arXiv",
        "hf": _("HF daily papers"),
        "feed": _("Blogs and feeds"),
        SEVERAL: _("Several sources"),
        BACK: _("Published earlier"),
    }
    counts = wish.of_state(found).aggregate(
        **{
            kind: Count("pk", filter=Q(pk__in=replace(wish, kind=kind).among(desk.week).order_by().values("pk")))
            for kind in kinds
        }
    )
    shown = [Chip(_("Everywhere"), wish.query(kind=""), None, not wish.kind)]
    for kind, word in kinds.items():
        if counts[kind] or wish.kind == kind:
            shown.append(Chip(word, wish.query(kind=kind), counts[kind], wish.kind == kind))
    return states, shown


def radar_of(desk: Desk) -> tuple[list[Gap], list[Twice]]:
    """Return what the radar found for the coming episode."""
    return found_for(desk.week, desk.person)


@dataclass(frozen=True, slots=True)
class Condition:
    """How a source does, in a word; `is_bad` when it fails."""

    source: Source
    word: str
    is_bad: bool


def conditions_of(sources: Iterable[Source]) -> list[Condition]:
    """Return what is to be said of each source that brought nothing the last time, rests, or fails; as /ops/ does."""
    words = {
        Outcome.UNCHANGED.value: _("unchanged"),
        Outcome.EMPTY.value: _("nothing there"),
        Outcome.NO_ANNOUNCEMENT.value: _("no announcement at weekends"),
    }
    found = []
    for source in sources:
        outcome = getattr(source, "last_outcome", None)
        if source.paused_at is not None:
            found.append(Condition(source, _("paused"), False))
        elif source.failures == 1:
            found.append(Condition(source, _("failed the last time"), True))
        elif source.failures:
            text = ngettext("failed %(n)d time in a row", "failed %(n)d times in a row", source.failures)
            found.append(Condition(source, text % {"n": source.failures}, True))
        elif outcome in words:
            found.append(Condition(source, words[outcome], False))
    return found
