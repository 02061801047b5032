"""A week with a coming episode, its lead, and stories to file, for the tests of the inbox."""

from datetime import timedelta
from types import SimpleNamespace

from django.utils import timezone

from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Source
from talks.models import Claim, Episode, Section
from tests.pages.conftest import document, item, put, section
from tests.standing import world


def source(slug, *, now, kind="feed", name="", **changes):
    values = {"address": f"https://{slug}.example/feed", "next_at": now, "created_at": now, "changed_at": now}
    return Source.objects.create(slug=slug, name=name or slug, kind=kind, **{**values, **changes})


def tell(place, *urls, now, title="", **more):
    """A source says something about each of these addresses."""
    entries = [
        Entry(key=f"{place.slug} {url}", url=url, title=title or f"第 {n} 条：{url.rsplit('/')[-1]}", **more)
        for n, url in enumerate(urls, 1)
    ]
    store_entries(source=place, run=None, entries=entries, now=now)


def newsroom(*, now, lead=None, number=21, groups=("学术", "项目", "工业界")):
    """A finished evening 020 and the coming 021 whose news and picks take stories; `lead` leads the news."""
    return seat(_newsroom(now, number, groups), now=now, lead=lead)


@world
def empty_newsroom():
    """The newsroom of a moment ago, for pages that read the clock; `seat` gives it a lead."""
    return _newsroom(timezone.now())


def seat(room, *, now, lead=None):
    """`lead` leads the news of this room."""
    if lead is not None:
        values = {"name": lead.name, "position": 1, "created_at": now, "changed_at": now}
        Claim.objects.create(section=room.news, person=lead, **values)
    return room


def _newsroom(now, number=21, groups=("学术", "项目", "工业界")):
    link = "https://arxiv.org/abs/2108.12409"
    earlier = section("news", "本周新闻", items=[item("线性偏置", link, group="学术", papers=["2108.12409"])])
    earlier["groups"] = [{"title": "学术", "body": ""}]
    put(document(number - 1, starts_at=(now - timedelta(days=4)).isoformat(), sections=[earlier]), now=now)
    news = section("news", "本周新闻", groups=[{"title": title, "body": ""} for title in groups])
    starts_at = (now + timedelta(days=3)).isoformat()
    sections = [news, section("picks", "本周推荐"), section("classic", "本周经典")]
    episode = put(document(number, starts_at=starts_at, hosts=["渡口"], sections=sections), now=now)
    rows = {row.kind: row for row in Section.objects.filter(episode=episode)}
    feed = source("blog", now=now, name="某博客")
    tell(feed, "https://blog.example/a", "https://blog.example/b", "https://arxiv.org/abs/2108.12409", now=now)
    stories = {story.key.rsplit("/")[-1]: story for story in NewsItem.objects.all()}
    return SimpleNamespace(
        episode=Episode.objects.get(pk=episode.pk), news=rows["news"], picks=rows["picks"], classic=rows["classic"],
        feed=feed, a=stories["a"], b=stories["b"], paper=stories["arxiv:2108.12409"],
    )  # fmt: skip
