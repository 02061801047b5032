"""What the site knows of an address that somebody wants to nominate: itself, its paper, its story, where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markup import links
from members.models import Person
from news.models import NewsItem
from papers.models import Paper
from talks.models import Episode, EpisodeState, Item, ItemState, PaperMention, Section, SectionKind

# In the week it is for, an item of these states is one more voice away; one that was turned down says why.
ALIVE = (ItemState.NOMINATED, ItemState.ACCEPTED, ItemState.DEFERRED, ItemState.MERGED)
MOST = 3
# The groups of the news that an address names by itself, as the community's documents call them.
GROUP_OF_PAPERS, GROUP_OF_PROJECTS = "学术", "项目"
PROJECTS = ("github.com", "gitee.com", "gitlab.com", "huggingface.co", "modelscope.cn")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an address. `here` stands in the week it is for, `declined` was turned down there."""

    url: str
    key: str
    paper: Paper | None = None
    story: NewsItem | None = None
    here: Item | None = None
    declined: Item | None = None
    earlier: list[Item] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the work is called, on one line; "" when nobody said."""
        named = (self.paper and self.paper.title) or (self.story and self.story.title) or ""
        return " ".join(named.split())


def address_in(text: str) -> str:
    """Return the address that a text holds, in its canonical form: the whole text, or the first one in it. "" for none.

    An address may be written without its scheme, as people type it.
    """
    text = text.strip()
    if text and " " not in text and "://" not in text and "." in text.partition("/")[0]:
        text = f"https://{text}"
    found = next(iter(links.find(text)), None)
    url = links.canonical(found.url if found else text)
    return url if links.is_safe_href(url) and _host(url) else ""


def _host(url: str) -> str:
    """Return the host of an http or https address; "" for anything else."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").removeprefix("www.") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def known_of(url: str, episode: Episode | None, person: Person | None) -> Known:
    """Return what is known of an address; `episode` is the one it would be nominated for. At most six queries."""
    key = links.short_key(url)
    arxiv_ids = links.arxiv_ids(url)
    paper = Paper.objects.current().filter(arxiv_id__in=arxiv_ids).first() if arxiv_ids else None
    story = NewsItem.objects.visible_to(None).filter(key=key).first()
    if story is None and (merged := NewsItem.objects.filter(key=key).select_related("merged_into").first()):
        story = merged.merged_into
    visible = Item.objects.current().filter(section__deleted_at=None)
    visible = visible.filter(section__episode__in=Episode.objects.visible_to(person))
    about = visible.filter(url_key=key).select_related("section__episode", "nominated_by", "merged_into__section")
    rows = sorted(about, key=lambda item: item.pk)
    if paper is not None:
        rows += _about_paper(paper, visible, {row.pk for row in rows})
    ours = [row for row in rows if episode is not None and row.section.episode_id == episode.pk]
    return Known(
        url,
        key,
        paper,
        story,
        here=next((_root(row) for row in ours if row.state in ALIVE), None),
        declined=next((row for row in reversed(ours) if row.state == ItemState.DECLINED), None),
        earlier=_earlier(rows, episode),
    )


def _about_paper(paper: Paper, visible: object, without: set[int]) -> list[Item]:
    mentions = PaperMention.objects.filter(paper=paper, item__in=visible).exclude(item__in=without)
    places = mentions.select_related("item__section__episode", "item__nominated_by", "item__merged_into__section")
    return [mention.item for mention in places.order_by("pk") if mention.item is not None]


def _root(item: Item) -> Item:
    return item.merged_into if item.merged_into is not None and item.merged_into.deleted_at is None else item


def _earlier(rows: Sequence[Item], episode: Episode | None) -> list[Item]:
    """Return the items of other evenings that were talked about, the newest first."""
    others = [
        row
        for row in rows
        if row.state == ItemState.ACCEPTED and (episode is None or row.section.episode_id != episode.pk)
    ]
    return sorted(others, key=lambda row: (-_moment(row), row.pk))[:MOST]


def _moment(item: Item) -> float:
    starts_at = item.section.episode.starts_at
    return starts_at.timestamp() if starts_at else 0.0


def next_collecting(episode: Episode) -> Episode | None:
    """Return the next number that takes nominations, of the same side: the sample leads to the sample only."""
    beside = Episode.objects.visible_to(None).beside(episode.code).filter(kind=episode.kind)
    return beside.filter(state=EpisodeState.COLLECTING, number__gt=episode.number).order_by("number").first()


def section_for(sections: Sequence[Section], url: str) -> Section | None:
    """Return the section that an address belongs to by its kind: papers and projects are news, other pages picks,
    words alone a classic to be told anew. Where there is none of that kind, the first one that takes items."""
    able = [section for section in sections if section.kind != SectionKind.FREE_TALK]
    wanted = (SectionKind.NEWS,) if group_for(url) else (SectionKind.PICKS,) if url else ()
    for kind in (*wanted, *([] if url else (SectionKind.CLASSIC, SectionKind.PICKS))):
        if found := next((section for section in able if section.kind == kind), None):
            return found
    return able[0] if able else None


def group_for(url: str) -> str:
    """Return the group of the news that an address belongs to: papers, projects; "" for other pages."""
    if not url:
        return ""
    if links.arxiv_ids(url):
        return GROUP_OF_PAPERS
    return GROUP_OF_PROJECTS if _host(url) in PROJECTS else ""
