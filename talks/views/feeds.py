"""Atom feeds: episodes, questions, papers as talks mention them, and the stories of the last week. Everybody gets the
same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import F, Max, Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from markup import links
from news.models import NewsItem
from talks.models import Answer, Episode, PaperMention, Question
from talks.telling import excerpt
from talks.templatetags.talk import full_evening, rendered
from talks.views.kept import kept
from talks.views.papers import PaperEntry, entries_of

ENTRIES = 50
# arXiv alone announces hundreds a day: who asks once a day misses none of what people picked out, newest first.
STORIES, WEEK = 200, timedelta(days=7)
# What XML 1.0 cannot hold at all, escaped or not (its production 2, Char).
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return text without what no XML document can hold."""
    return _NO_XML.sub("", text)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def tag(kind: str, key: str) -> str:
    """Return an id that stays when the entry's address changes (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2023:{kind}/{quote(xml_text(key), safe='/:.-_~')}"


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A paper in one talk. `at` is when the talk was, or before it when the paper was put there."""

    entry: PaperEntry
    episode: Episode
    labels: list[str]
    at: datetime


def _came_at(mention: PaperMention) -> datetime:
    """When what names the paper came into the record: a paper filed days after its episode was made is news then."""
    row = mention.item or mention.question or mention.answer
    return row.created_at if row is not None else mention.episode.created_at


class _Atom(Feed):
    """What all feeds have in common."""

    feed_type = Atom1Feed
    author_name = "OpenLLM Talk"
    address = ""

    def link(self) -> str:
        return absolute(self.page())

    def page(self) -> str:
        raise NotImplementedError

    def feed_url(self) -> str:
        return absolute(reverse(self.address))

    def feed_guid(self) -> str:
        return tag("feed", self.address)

    def author_link(self) -> str:
        return absolute("/")


class EpisodeFeed(_Atom):
    """Episodes of the record, the newest evening first, those to come with them."""

    address = "feed-episodes"

    def title(self) -> str:
        return f"OpenLLM Talk {_('Episodes')}"

    def subtitle(self) -> str:
        return _("Evenings to come and the record of those that were")

    def page(self) -> str:
        return reverse("episodes")

    def items(self) -> list[Episode]:
        return list(Episode.objects.visible_to(None).of_record().newest_first()[:ENTRIES])

    def item_title(self, item: Episode) -> SafeString:
        return xml_text(f"{item.label} {item.name}".strip())  # type: ignore[return-value]

    def item_description(self, item: Episode) -> str:
        parts = [str(item.get_state_display()), full_evening(item.starts_at), "；".join(item.highlights)]
        return format_html_join("", "<p>{}</p>", ((xml_text(part),) for part in parts if part))

    def item_link(self, item: Episode) -> str:
        return absolute(item.get_absolute_url())

    def item_guid(self, item: Episode) -> str:
        return tag("episode", item.code)

    def item_pubdate(self, item: Episode) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Episode) -> datetime:
        return item.changed_at


class QuestionFeed(_Atom):
    """Questions as they are asked, the newest first, with what was answered."""

    address = "feed-questions"

    def title(self) -> str:
        return f"OpenLLM Talk {_('Questions')}"

    def subtitle(self) -> str:
        return _("Questions as they are asked, and their answers")

    def page(self) -> str:
        return reverse("home")

    def items(self) -> list[Question]:
        of_record = Episode.objects.visible_to(None).of_record()
        rows = Question.objects.standing().filter(episode__in=of_record.values("pk")).newest_first()
        answers = Answer.objects.filter(deleted_at=None).order_by("position", "pk")
        told = rows.select_related("episode").prefetch_related(Prefetch("answers", answers, to_attr="told"))
        return list(told[:ENTRIES])

    def item_title(self, item: Question) -> SafeString:
        return xml_text(f"{item.public_id} {excerpt(item.body)}")  # type: ignore[return-value]

    def item_description(self, item: Question) -> str:
        answers = ((xml_text(row.author_name or ""), row.body_html) for row in item.told)  # type: ignore[attr-defined]
        said = format_html_join("", "<h3>{}</h3>{}", ((name, _stored(html)) for name, html in answers))
        return _stored(item.body_html) + said

    def item_link(self, item: Question) -> str:
        return absolute(item.get_absolute_url())

    def item_guid(self, item: Question) -> str:
        return tag("question", item.public_id)

    def item_pubdate(self, item: Question) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Question) -> datetime:
        return max([item.changed_at, *(row.changed_at for row in item.told)])  # type: ignore[attr-defined]


def _stored(html: str) -> SafeString:
    """Return HTML that was made at save, without what XML cannot hold."""
    return rendered(xml_text(html))


class PaperFeed(_Atom):
    """Every paper of every public talk, the newest talk first; a paper talked about again is a new entry."""

    address = "feed-papers"

    def title(self) -> str:
        return f"OpenLLM Talk {_('Papers')}"

    def subtitle(self) -> str:
        return _("Papers as they are mentioned in the talks")

    def page(self) -> str:
        return reverse("papers")

    def items(self) -> list[Mentioned]:
        visible = PaperMention.objects.visible_to(None).filter(paper__deleted_at=None).order_by()
        newest = visible.values("paper", "episode").annotate(last=Max("pk"), at=F("episode__starts_at"))
        pairs = [
            (row["paper"], row["episode"]) for row in newest.order_by(F("at").desc(nulls_last=True), "-last")[:ENTRIES]
        ]
        entries = {entry.paper.pk: entry for entry in entries_of(dict.fromkeys(key for key, _ in pairs), None)}
        found = []
        for key, episode_key in pairs:
            places = [place for place in entries[key].places if place.mention.episode_id == episode_key]
            episode = places[0].mention.episode
            at = min(filter(None, [episode.starts_at, *(_came_at(place.mention) for place in places)]))
            found.append(Mentioned(entries[key], episode, [place.label for place in places], at))
        return found

    def item_title(self, item: Mentioned) -> SafeString:
        return xml_text(item.entry.name) or f"arXiv {item.entry.paper.arxiv_id}"  # type: ignore[return-value]

    def item_description(self, item: Mentioned) -> str:
        paper = item.entry.paper
        names = ", ".join(author["name"] for author in paper.authors[:10])
        parts = [names, _("Mentioned in %(places)s") % {"places": ", ".join(dict.fromkeys(item.labels))}]
        return format_html_join("", "<p>{}</p>", ((xml_text(part),) for part in parts if part))

    def item_link(self, item: Mentioned) -> str:
        return absolute(f"{item.entry.paper.get_absolute_url()}#episode-{item.episode.code}")

    def item_guid(self, item: Mentioned) -> str:
        return tag("paper", f"{item.entry.paper.arxiv_id}/{item.episode.code}")

    def item_pubdate(self, item: Mentioned) -> datetime:
        return item.at

    def item_updateddate(self, item: Mentioned) -> datetime:
        return max(filter(None, [item.at, item.entry.paper.filled_at]))

    def item_categories(self, item: Mentioned) -> list[str]:
        return [xml_text(category) for category in item.entry.paper.categories]


class NewsFeed(_Atom):
    """Stories that sources brought in the last seven days, the newest first, without hidden and declined ones.

    Undecided ones are among them: it is the inbox, not what talks made of it. Back catalogues are not.
    """

    address = "feed-news"

    def title(self) -> str:
        return f"OpenLLM Talk {_('Inbox of the news')}"

    def subtitle(self) -> str:
        return _("What the sources brought in seven days, before anybody has chosen from it")

    def page(self) -> str:
        return reverse("inbox")

    def items(self) -> list[NewsItem]:
        now = timezone.now()
        shown = NewsItem.objects.current().filter(is_hidden=False).exclude(decision="declined")
        week = shown.seen_between(now - WEEK, now + timedelta(minutes=1)).back_catalogue(now - WEEK, wanted=False)
        return list(week.select_related("paper").order_by("-first_seen_at", "-pk")[:STORIES])

    def item_title(self, item: NewsItem) -> SafeString:
        return xml_text(str(item))  # type: ignore[return-value]

    def item_description(self, item: NewsItem) -> str:
        summary = format_html("<p>{}</p>", xml_text(item.summary)) if item.summary else ""
        if item.paper is None:
            return summary
        address = absolute(item.paper.get_absolute_url())
        link = format_html('<p><a href="{}">{}</a></p>', address, _("The paper on this site"))
        return format_html("{}{}", summary, link)

    def item_link(self, item: NewsItem) -> str:
        clean = links.canonical(xml_text(item.url)) if item.url else ""
        if clean and links.is_safe_href(clean):
            return clean
        return absolute(item.paper.get_absolute_url() if item.paper else self.page())

    def item_guid(self, item: NewsItem) -> str:
        return tag("news", item.key)

    def item_pubdate(self, item: NewsItem) -> datetime:
        return min(filter(None, [item.published_at, item.first_seen_at]))

    def item_updateddate(self, item: NewsItem) -> datetime:
        return max(item.first_seen_at, item.changed_at)


episodes = require_safe(kept(EpisodeFeed()))
questions = require_safe(kept(QuestionFeed()))
papers = require_safe(kept(PaperFeed()))
news = require_safe(kept(NewsFeed(), shows_time=True))
