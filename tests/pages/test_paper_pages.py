"""The page of a paper, in every state a paper can be in, and the list of papers."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from jobs.models import Job
from members.actors import SYSTEM
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Sighting, Source
from papers.actions.facts import mark_missing, store_facts
from papers.actions.stubs import find_or_stub
from papers.facts import Author, NamedLink, PaperFacts
from papers.models import Paper
from talks.templatetags.talk import evening
from tests.pages.conftest import document, item, put, question, section

FACTS = PaperFacts(
    arxiv_id="2108.12409",
    source="api",
    version=3,
    title="Train $x_{1}$ <b>Short</b>, Test Long",
    abstract="We show $\\alpha$.\n\n<script>alert(1)</script>",
    authors=(Author("Ada Lovelace", ("Some Lab", "Other Lab")), Author("Bo")),
    primary_category="cs.CL",
    categories=("cs.CL", "cs.LG"),
    comment="12 pages",
    journal_ref="J. Res. 7",
    doi="10.1000/182",
    published_at=datetime(2021, 8, 27, tzinfo=UTC),
    submitted_at=datetime(2022, 4, 22, tzinfo=UTC),
    links=(NamedLink("code", "https://github.com/example/alibi"), NamedLink("model", "javascript:alert(1)")),
)


def tell(now, **changes):
    fields = {name: getattr(FACTS, name) for name in PaperFacts.__slots__}
    return store_facts([PaperFacts(**{**fields, **changes})], by=SYSTEM, now=now)


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def words(page):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def source(db, now):
    stamp = {"created_at": now, "changed_at": now}
    return Source.objects.create(slug="daily", name="每日论文", kind="hf_daily", next_at=now, **stamp)


def carry(source, now, key="2108.12409", **changes):
    url = changes.pop("url", f"https://arxiv.org/abs/{key}")
    entry = Entry(key=key, url=url, title="Train Short, Test Long", **changes)
    return store_entries(source=source, run=None, entries=[entry], now=now)


def test_everything_arxiv_says_stands_there(client, site, now):
    tell(now)
    assert read(client, "/episodes/020/").partition('id="papers"')[2].count("<math") == 1
    page = read(client, "/papers/2108.12409/")
    said = words(page)
    assert page.count("<math") >= 2
    assert "<script>alert" not in page
    assert "<b>Short</b>" not in page
    for fact in ("Ada Lovelace (Some Lab; Other Lab) , Bo", "cs.LG", "12 pages", "J. Res. 7", "v3 2022 年 4 月 22 日"):
        assert fact in said, fact
    assert "v1 2021 年 8 月 27 日" in said
    assert 'href="https://doi.org/10.1000/182"' in page
    assert 'href="https://github.com/example/alibi"' in page
    assert "javascript:" not in page
    assert "@misc{lovelace2021train," in said


def test_a_newer_version_than_the_one_talked_about_is_noted_everywhere(client, site, now):
    note = "谈的是 v2，现在是 v3"
    assert note not in words(read(client, "/papers/2108.12409/"))
    tell(now)
    assert words(read(client, "/papers/2108.12409/")).count(note) == 2
    assert note in words(read(client, "/episodes/020/"))
    tell(now, version=2, submitted_at=datetime(2021, 9, 1, tzinfo=UTC))
    assert "v2 2021 年 9 月 1 日 谈的是这一版" in words(read(client, "/papers/2108.12409/"))


def test_a_version_after_a_talk_that_named_none_is_noted(client, site, now):
    after = datetime(2026, 3, 1, tzinfo=UTC)
    tell(now, arxiv_id="2304.08177", version=2, submitted_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert "谈过之后出了" not in words(read(client, "/episodes/020/"))
    tell(now, arxiv_id="2304.08177", version=4, submitted_at=after)
    for address in ("/papers/2304.08177/", "/episodes/020/", "/q/020-1/"):
        assert "谈过之后出了 v4" in words(read(client, address)), address


def test_a_withdrawn_paper_says_so_everywhere(client, site, now):
    tell(now, comment="This paper has been withdrawn", is_withdrawn=True)
    assert "作者已撤稿 This paper has been withdrawn" in words(read(client, "/papers/2108.12409/"))
    for address in ("/papers/", "/episodes/020/"):
        assert "已撤稿" in words(read(client, address)), address


def test_a_stub_and_an_unknown_one_say_what_is_the_matter(client, site, now):
    assert "标题和作者还没有取来" in words(read(client, "/papers/2304.08177/"))
    mark_missing(["2304.08177"], by=SYSTEM, now=now)
    said = words(read(client, "/papers/2304.08177/"))
    assert "arXiv 没有这个编号" in said
    assert "2026 年 3 月 4 日" in said
    assert "标题和作者还没有取来" not in said


def test_a_paper_that_cannot_be_fetched_says_since_when(client, site, now):
    def tried(error, *, minutes):
        at = now + timedelta(minutes=minutes)
        Job.objects.create(
            kind="fill_papers", key=str(minutes), created_at=at, due_at=at, done_at=at, attempts=1, last_error=error
        )

    for minutes in (1, 6):
        tried("x", minutes=minutes)
    said = words(read(client, "/papers/2304.08177/"))
    assert f"从 {evening(now + timedelta(minutes=1))} 起问不到 arXiv" in said
    assert "还没有取来" not in said


def test_what_is_known_is_said_and_cited(client, site, now, source):
    """A title that a source gave stands on the page and in the BibTeX, and nobody is told that it is missing."""
    find_or_stub(["2401.55555"], now=now)
    carry(source, now, key="2401.55555")
    page = read(client, "/papers/2401.55555/")
    assert "还没有取来" not in page
    assert "title = {{Train Short, Test Long}}" in page
    assert "title = {{Train Short, Test Long}}" in read(client, "/papers/2401.55555.bib")


def test_a_thousand_authors_are_folded(client, site, now):
    tell(now, authors=tuple(Author(f"Author {n}") for n in range(1000)))
    page = read(client, "/papers/2108.12409/")
    shown, _summary, folded = page.partition("另有 980 位作者")
    assert "Author 19" in shown
    assert "Author 20" not in shown
    assert "Author 999" in folded


def test_upvotes_are_a_chart_with_its_numbers(client, site, now):
    for days, count in enumerate((3, 12, 9)):
        tell(now, source="hf", upvotes=count, upvotes_on=date(2024, 1, 3) + timedelta(days=days))
    page = read(client, "/papers/2108.12409/")
    svg = re.search(r'<figure class="chart">.*?<svg role="img" aria-label="([^"]+)">(.*?)</svg>', page, re.DOTALL)
    assert svg[1] == "点赞：2024 年 1 月 3 日 3 票，2024 年 1 月 5 日 9 票，最多时 12 票"
    assert "viewBox" not in svg[0]
    assert "style=" not in svg[0]
    assert svg[2].count("<circle") == 3
    assert svg[2].count('class="stroke"') == 2
    assert "看数字" in page
    assert "2024 年 1 月 4 日 12" in words(page)


# ── Who may see which paper ─────────────────────────────────────────────────


def test_a_paper_of_nothing_visible_has_no_page(client, site, source, now):
    find_or_stub(["2401.77777"], now=now)
    assert client.get("/papers/2401.77777/").status_code == 404
    assert client.get("/papers/2401.77777.bib").status_code == 404


def test_a_story_gives_a_paper_its_page(client, site, source, now):
    carry(source, now, "2401.77777", listed_on=date(2024, 1, 9))
    said = words(read(client, "/papers/2401.77777/"))
    assert "每日论文 列于 2024 年 1 月 9 日" in said
    assert "Train Short, Test Long" in said
    assert client.get("/papers/2401.77777.bib").status_code == 200


@pytest.mark.parametrize(
    "hide",
    [
        lambda: NewsItem.objects.update(is_hidden=True),
        lambda: Sighting.objects.update(is_hidden=True),
        lambda: NewsItem.objects.update(deleted_at=datetime(2026, 3, 4, tzinfo=UTC)),
    ],
)
def test_a_hidden_story_does_not(client, site, source, now, hide):
    carry(source, now, "2401.77777")
    hide()
    assert client.get("/papers/2401.77777/").status_code == 404
    assert client.get("/papers/2401.77777.bib").status_code == 404


def test_a_story_merged_into_another_keeps_the_paper(client, site, source, now):
    carry(source, now, "2401.77777")
    carry(source, now, "blog", url="https://blog.example/train")
    blog, paper = NewsItem.objects.get(paper=None), NewsItem.objects.exclude(paper=None).get()
    Sighting.objects.filter(news_item=paper).update(news_item=blog)
    NewsItem.objects.filter(pk=paper.pk).update(merged_into=blog)
    assert "每日论文" in words(read(client, "/papers/2401.77777/"))


def test_what_a_source_carries_shows_at_once(client, site, source, now):
    before = read(client, "/papers/2108.12409/")
    carry(source, now)
    assert "每日论文" in words(read(client, "/papers/2108.12409/"))
    assert "每日论文" not in before


# ── BibTeX ──────────────────────────────────────────────────────────────────


def test_bibtex_as_text(client, site, now):
    tell(now)
    response = client.get("/papers/2108.12409.bib")
    assert response["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="2108.12409.bib"'
    assert response.content.decode().startswith("@misc{lovelace2021train,\n  title = {{Train $x_{1}$")
    moved = client.get("/papers/2108.12409v2.bib")
    assert (moved.status_code, moved["Location"]) == (301, "/papers/2108.12409.bib")
    assert client.get("/papers/abc.bib").status_code == 404


def test_bibtex_of_an_old_identifier(client, make):
    old = "https://arxiv.org/abs/cs/0112017"
    make.empty(30, sections=[section("news", "本周新闻", items=[item("旧文", old, papers=["cs/0112017"])])])
    response = client.get("/papers/cs/0112017.bib")
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'inline; filename="cs-0112017.bib"'


# ── The list ────────────────────────────────────────────────────────────────


@pytest.fixture
def shelf(make, now):
    """Papers of four years; one has code, one is withdrawn."""
    ids = ["2108.12409", "2304.08177", "1706.03762", "cs/9912017"]
    news = [item(f"第 {n} 条", f"https://arxiv.org/abs/{i}", papers=[i]) for n, i in enumerate(ids)]
    put(
        document(20, starts_at="2026-02-28T21:00:00+08:00", sections=[section("news", "本周新闻", items=news)]), now=now
    )
    tell(now)
    tell(now, arxiv_id="1706.03762", title="Taken back", links=(), is_withdrawn=True)


def listed(client, query=""):
    return re.findall(r'class="item-title"[^>]*><a href="/papers/([^"]+)/"', read(client, f"/papers/{query}"))


def test_the_list_is_narrowed(client, shelf):
    assert len(listed(client)) == 4
    assert listed(client, "?show=code") == ["2108.12409"]
    assert listed(client, "?show=withdrawn") == ["1706.03762"]
    assert listed(client, "?year=2023") == ["2304.08177"]
    assert listed(client, "?year=1999") == ["cs/9912017"]
    for odd in ("?year=1234", "?year=x", "?show=x", "?year=%00"):
        assert len(listed(client, odd)) == 4, odd
    page = read(client, "/papers/?year=2023")
    assert re.findall(r'href="\?year=(\d+)"', page) == ["2023", "2021", "2017", "1999"]
    assert page.count('aria-current="true"') == 1


def test_titles_of_the_list_are_rendered(client, shelf):
    page = read(client, "/papers/")
    assert "<math" in page
    assert "<b>Short" not in page


def test_the_filter_stays_on_the_next_page(client, shelf, monkeypatch, make):
    monkeypatch.setattr("talks.views.papers.PAGE", 1)
    make.empty(
        31,
        starts_at="2026-02-21T21:00:00+08:00",
        questions=[question("问 https://arxiv.org/abs/2305.00001")],
    )
    assert 'href="?year=2023&amp;page=2"' in read(client, "/papers/?year=2023")
    assert Paper.objects.years() == [2023, 2021, 2017, 1999]


@pytest.mark.parametrize("q", ["train", "lovelace", "08.124", "Short Ada", "吕", "TEST%20long"])
def test_papers_are_found_by_title_author_and_identifier(client, site, now, q):
    tell(now, authors=(Author("Ada Lovelace"), Author("吕小满")))
    page = read(client, f"/papers/?q={q}")
    assert "/papers/2108.12409/" in page
    assert "/papers/2304.08177/" not in page
    assert "没有这样的论文" in read(client, "/papers/?q=nobody")
    assert "/papers/2304.08177/" in read(client, "/papers/?q=%00")
