"""Made-up papers, and the forms in which arXiv and Hugging Face tell of them. Same papers, same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from typing import Any

NAMES = ("Ada Lovelace", "Lin Xiaohua", "P. Erd\\H{o}s", "Mary Ann Jones Jr.", "Ji\\v{r}\\'i Nov\\'ak", "陈一")
_GROUPS = (("cs.CL",), ("cs.AI", "cs.CL"), ("cs.LG", "cs.CL", "stat.ML"))


@dataclass(frozen=True)
class Paper:
    """What the outside knows of a paper. `submitted` is when its first version was, `listed_on` is Hugging Face's day."""

    id: str
    title: str = "A paper"
    abstract: str = "We did something."
    version: int = 1
    authors: tuple[str, ...] = ("Ada Lovelace",)
    categories: tuple[str, ...] = ("cs.CL",)
    submitted: datetime = datetime(2026, 3, 3, 10, tzinfo=UTC)
    listed_on: date | None = None
    upvotes: int = 0
    hidden_authors: tuple[str, ...] = ()
    repository: str = ""
    ai_summary: str = ""
    comment: str = ""


def made_up(count: int, *, today: date = date(2026, 3, 4)) -> list[Paper]:
    """So many papers, the newest first: ten a day up to `today`, every third with code, every fifth in version 2."""
    midnight = datetime.combine(today, time(9), tzinfo=UTC)
    return [
        Paper(
            id=f"{2501 + number // 90_000:04d}.{10_000 + number % 90_000:05d}",
            title=f"Made-up paper {number} about $x_{{{number}}}$",
            abstract=f"We show that {number} is not {number + 1}.",
            version=2 if number % 5 == 4 else 1,
            authors=tuple(NAMES[(number + shift) % len(NAMES)] for shift in range(1 + number % 3)),
            categories=_GROUPS[number % 3],
            submitted=midnight - timedelta(days=number // 10, minutes=number % 10),
            listed_on=today - timedelta(days=number // 10),
            upvotes=number % 97,
            repository=f"https://github.com/made-up/paper-{number}" if number % 3 == 0 else "",
            ai_summary=f"{number} in short." if number % 2 else "",
        )
        for number in range(count)
    ]


def api(papers: Sequence[Paper], query: dict[str, str], *, is_empty: bool = False) -> tuple[int, bytes]:
    """Status and body of arXiv's API. `is_empty`: the page that it gives by mistake, with the total but no entry."""
    start, size = int(query.get("start", "0")), int(query.get("max_results", "10"))
    if ids := [one for one in query.get("id_list", "").split(",") if one]:
        wrong = next((one for one in ids if not re.fullmatch(r"(?:\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?", one)), None)
        if wrong is not None:
            return 400, _api([_api_error(wrong)], start=0, size=1, total=1)
        wanted = {one.partition("v")[0] for one in ids}
        found = [paper for paper in papers if paper.id in wanted]
    else:
        found = sorted(_matching(papers, query.get("search_query", "")), key=lambda one: one.submitted, reverse=True)
    page = [] if is_empty else found[start : start + size]
    return 200, _api([_api_entry(paper) for paper in page], start=start, size=size, total=len(found))


def _matching(papers: Sequence[Paper], search: str) -> list[Paper]:
    if match := re.fullmatch(r"cat:([\w.-]+)", search.strip()):
        return [paper for paper in papers if match[1] in paper.categories]
    words = search.rpartition(":")[2].lower().split()
    if words and not {"and", "or", "andnot"} & set(words):
        return [paper for paper in papers if all(word in paper.title.lower() for word in words)]
    return list(papers)


def _api(entries: Iterable[str], *, start: int, size: int, total: int) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/made-up</id><title>arXiv Query</title>'
        f"<updated>2026-03-04T00:00:00Z</updated><opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}"
        f"</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


def _api_entry(paper: Paper) -> str:
    updated = paper.submitted + timedelta(days=paper.version - 1)
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    categories = "".join(
        f'<category term="{name}" scheme="http://arxiv.org/schemas/atom"/>' for name in paper.categories
    )
    comment = f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else ""
    return (
        f"<entry><id>http://arxiv.org/abs/{paper.id}v{paper.version}</id><title>{escape(paper.title)}</title>"
        f"<updated>{updated:%Y-%m-%dT%H:%M:%SZ}</updated><summary>{escape(paper.abstract)}</summary>{categories}"
        f"<published>{paper.submitted:%Y-%m-%dT%H:%M:%SZ}</published>{comment}"
        f'<arxiv:primary_category term="{paper.categories[0]}"/>{authors}</entry>'
    )


def _api_error(wrong: str) -> str:
    address = f"https://arxiv.org/api/errors#incorrect_id_format_for_{escape(wrong)}"
    return (
        f"<entry><id>{address}</id><title>Error</title><updated>2026-03-04T00:00:00Z</updated>"
        f"<summary>incorrect id format for {escape(wrong)}</summary><author><name>arXiv api core</name></author></entry>"
    )


def announcements(papers: Sequence[Paper], categories: str, today: date, form: str) -> bytes:
    """What arXiv announces on a day: papers submitted the day before, and replacements of that day."""
    wanted = categories.split("+")
    found = []
    if today.weekday() < 5:
        found = [
            (paper, _kind(paper, wanted))
            for paper in papers
            if set(paper.categories) & set(wanted) and paper.submitted.date() == today - timedelta(days=1)
        ]
    return (_rss if form == "rss" else _atom)(found, categories, today)


def _kind(paper: Paper, wanted: Sequence[str]) -> str:
    is_cross = paper.categories[0] not in wanted
    if paper.version > 1:
        return "replace-cross" if is_cross else "replace"
    return "cross" if is_cross else "new"


def _said(paper: Paper, kind: str) -> str:
    return escape(f"arXiv:{paper.id}v{paper.version} Announce Type: {kind} \nAbstract: {paper.abstract}")


def _rss(found: Sequence[tuple[Paper, str]], categories: str, today: date) -> bytes:
    day = f"{today:%a, %d %b %Y} 00:00:00 -0500"
    items = "".join(
        f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.id}</link>"
        f"<description>{_said(paper, kind)}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:{paper.id}v{paper.version}</guid>'
        f"{''.join(f'<category>{name}</category>' for name in paper.categories)}<pubDate>{day}</pubDate>"
        f"<arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>"
        for paper, kind in found
    )
    return (
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:atom="http://www.w3.org/2005/Atom"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>{categories} updates on arXiv.org'
        f"</title><link>http://rss.arxiv.org/rss/{categories}</link><description>{categories}</description>"
        f"<lastBuildDate>{today:%a, %d %b %Y} 05:00:02 +0000</lastBuildDate><pubDate>{day}</pubDate>"
        f"<skipDays><day>Saturday</day><day>Sunday</day></skipDays>{items}</channel></rss>"
    ).encode()


def _atom(found: Sequence[tuple[Paper, str]], categories: str, today: date) -> bytes:
    entries = "".join(
        f"<entry><id>oai:arXiv.org:{paper.id}v{paper.version}</id><title>{escape(paper.title)}</title>"
        f"<updated>{today}T05:00:19+00:00</updated>"
        f'<link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>'
        f"<summary>{_said(paper, kind)}</summary>{_terms(paper)}"
        f"<published>{today}T00:00:00-05:00</published><arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></entry>"
        for paper, kind in found
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns="http://www.w3.org/2005/Atom"><id>http://rss.arxiv.org/atom/{categories}</id>'
        f"<title>{categories} updates on arXiv.org</title><updated>{today}T05:00:19+00:00</updated>{entries}</feed>"
    ).encode()


def _terms(paper: Paper) -> str:
    return "".join(f'<category term="{name}"/>' for name in paper.categories)


def daily(papers: Sequence[Paper], query: dict[str, str], today: date) -> tuple[int, bytes]:
    """Status and body of Hugging Face's daily papers."""
    page, limit = int(query.get("p", "0")), min(int(query.get("limit", "50")), 100)
    found = [paper for paper in papers if paper.listed_on is not None]
    if week := query.get("week"):
        found = [paper for paper in found if paper.listed_on and f"{paper.listed_on:%G-W%V}" == week]
    elif asked := query.get("date"):
        day = date.fromisoformat(asked)
        if day > today:
            message = f'"date" must be less than or equal to "{today}T23:59:59.999Z"'
            return 400, json.dumps({"error": message}).encode()
        found = [paper for paper in found if paper.listed_on == day]
    return 200, json.dumps([_listed(paper) for paper in found[page * limit :][:limit]]).encode()


def _listed(paper: Paper) -> dict[str, Any]:
    """An item as there: its own publishedAt is four hours early, and the one who submitted it is no author."""
    names = [(name, False) for name in paper.authors] + [(name, True) for name in paper.hidden_authors]
    said = {
        "id": paper.id,
        "authors": [{"_id": f"{paper.id}-{name}", "name": name, "hidden": hidden} for name, hidden in names],
        "publishedAt": f"{paper.submitted:%Y-%m-%dT%H:%M:%S}.000Z",
        "submittedOnDailyAt": f"{paper.listed_on}T00:00:00.000Z",
        "title": paper.title,
        "submittedOnDailyBy": {"user": "somebody", "fullname": "Somebody Else", "type": "user"},
        "summary": paper.abstract,
        "upvotes": paper.upvotes,
        **({"githubRepo": paper.repository} if paper.repository else {}),
        **({"ai_summary": paper.ai_summary} if paper.ai_summary else {}),
    }
    early = f"{paper.submitted - timedelta(hours=4):%Y-%m-%dT%H:%M:%S}.000Z"
    return {"paper": said, "publishedAt": early, "title": paper.title, "numComments": 2}


def rss(items: Iterable[dict[str, str]], *, head: str = "", title: str = "A blog") -> bytes:
    """An RSS 2.0 feed of items given as element → text, for blogs; `head` is put into the channel as it is."""
    written = "".join(
        "<item>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in item.items()) + "</item>"
        for item in items
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://blog.example.org/</link><description>.</description>{head}{written}</channel></rss>"
    ).encode()
