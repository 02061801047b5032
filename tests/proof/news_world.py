"""A made-up week for the crash proofs of the news: what is outside, who is asked, and which rows must come of it."""

import json
from collections import Counter
from datetime import date, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.utils import timezone

from jobs.actions.jobs import enqueue
from markup import links
from news.models import NewsItem, Sighting, Source
from papers.models import Paper, PaperLink, PaperUpvotes, PaperVersion
from tests.news.replay import made_up, rss

PAPERS = 500
TODAY = date(2026, 3, 4)
JSON_FEED = "application/feed+json"
CATEGORIES = ("cs.CL", "cs.AI", "stat.ML", "cs.LG")
DAYS = 25  # of one source; a run has no more pages
NAMED = 5  # papers of one job that asks about them by name


def open_outside(outside, feeds):
    """Put papers and so many feeds on the local server. Neighbouring feeds share stories; some name papers."""
    outside.today = TODAY
    outside.papers = made_up(PAPERS, today=TODAY)
    for number in range(feeds):
        if number % 20 == 0:
            outside.put(f"/feeds/{number}", rss(_items(number)), "application/rss+xml")
        else:
            outside.put(f"/feeds/{number}", _json_feed(number), JSON_FEED)


def _items(number):
    stories = [number * 2 + shift for shift in range(4)]
    items = [{"title": f"故事 {n}", "link": f"https://blog.example/{n}?utm_source=f{number}"} for n in stories]
    paper = f"2501.{10_000 + number * 7 % (PAPERS + 20)}"  # a few of them do not exist
    items.append({"title": f"读 {paper}", "link": f"https://arxiv.org/abs/{paper}"})
    return [{**item, "guid": f"{number}-{index}"} for index, item in enumerate(items)]


def _json_feed(number):
    items = [{"id": one["guid"], "url": one["link"], "title": one["title"]} for one in _items(number)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": f"{number}", "items": items})


def add_source(slug, kind, address, cursor=None, **fields):
    now = timezone.now()
    stamp = {"next_at": now, "created_at": now, "changed_at": now}
    Source.objects.create(slug=slug, name=slug, kind=kind, address=address, cursor=cursor, **stamp, **fields)


def add_lists(days_sources):
    """The sources that are read page after page: Hugging Face day by day, queries and announcements of arXiv."""
    for number in range(days_sources):
        first = TODAY - timedelta(days=DAYS * (number % 2))
        days = {"day": first.isoformat(), "until": (first - timedelta(days=DAYS - 1)).isoformat()}
        add_source(f"hf-{number}", "hf_daily", "" if number == 0 else f"{number}", days)
    for name in CATEGORIES:
        slug = name.replace(".", "-").lower()
        add_source(f"query-{slug}", "arxiv_query", f"cat:{name}", {"start": 0, "since": "2025-01-01"})
        for other in CATEGORIES:
            if other != name:
                words = "13\n16" if name == "cs.AI" else ""
                add_source(
                    f"feed-{slug}-{other.replace('.', '-').lower()}", "arxiv_feed", f"{name}+{other}", block_words=words
                )


def add_feed(outside, number):
    """One feed; every third answers slowly, every fifth hides a story that its neighbour shows."""
    slow = "/slow/0.05" if number % 3 == 0 else ""
    hidden = {"block_words": f"故事 {number * 2}"} if number % 5 == 0 else {}
    add_source(f"feed-{number}", "feed", f"{outside.url}{slow}/feeds/{number}", **hidden)


def ask_papers(number):
    """A job that asks about papers by name."""
    now = timezone.now()
    ids = [f"2501.{10_000 + (number * NAMED + shift) % PAPERS}" for shift in range(NAMED)]
    enqueue(kind="ask_papers", key=f"ask_papers:{number}", payload={"ids": ids}, due_at=now, now=now)


# ── What came of it ─────────────────────────────────────────────────────────

_SIGHTING = ("source__slug", "entry_key", "story_key", "news_item__key", "url", "title", "summary", "authors")
_SIGHTING += ("published_at", "listed_on", "upvotes", "extra", "digest", "is_hidden")
_PAPER = ("arxiv_id", "title", "title_html", "abstract", "abstract_html", "authors", "primary_category", "categories")
_PAPER += ("comment", "journal_ref", "doi", "is_withdrawn", "latest_version", "published_at", "updated_at")
_PAPER += ("filled_from", "is_missing")


def rows():
    """Every row that the news left, as text, without keys of the database and the times of this run.

    What a story takes from whoever said it first stands here as whether one of its sightings says that; its language
    comes from there too.
    """
    tables = {
        "sighting": Sighting.objects.values_list(*_SIGHTING),
        "story": NewsItem.objects.values_list("key", "paper__arxiv_id", "is_hidden", "decision"),
        "first": _first_words(),
        "paper": Paper.objects.annotate(is_missing=Q(missing_at__isnull=False)).values_list(*_PAPER),
        "version": PaperVersion.objects.values_list("paper__arxiv_id", "number", "submitted_at", "comment"),
        "upvotes": PaperUpvotes.objects.values_list("paper__arxiv_id", "count"),
        "link": PaperLink.objects.values_list("paper__arxiv_id", "kind", "url", "key"),
    }
    return sorted(
        json.dumps([name, *row], cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
        for name, table in tables.items()
        for row in table
    )


def _first_words():
    said = {}
    for key, *words in Sighting.objects.values_list("news_item__key", "title", "summary", "published_at", "url"):
        url = links.canonical(words.pop()) if words[-1] else ""
        said.setdefault(key, set()).add((*words, url))
    for story in NewsItem.objects.all():
        yield story.key, (story.title, story.summary, story.published_at, story.url) in said.get(story.key, ())


def difference(expected, found):
    """How many rows are missing and how many are there too often."""
    expected, found = Counter(expected), Counter(found)
    return list((expected - found).elements()), list((found - expected).elements())
