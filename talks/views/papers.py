"""The papers the site knows: those that talks have mentioned, and one with everything that is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.models import Job
from markup import links
from members.models import Person
from news.models import Sighting
from papers.chart import draw
from papers.export import paper_bibtex
from papers.models import ListEntry, Paper, PaperLink, PaperQuerySet, PaperUpvotes, PaperVersion
from talks.models import Episode, PaperMention, Reference
from talks.models.order import grouped
from talks.models.papers import shown_papers, sightings_of
from talks.views.kept import kept
from talks.views.record import word_of
from talks.views.visitor import visitor

PAGE = 50
WORDS = 100
# Of a paper with a thousand authors the page names so many before the fold.
FIRST_AUTHORS = 20
# What sources carried is told newest first, upvotes for as many days.
SIGHTINGS, DAYS = 30, 400


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper was mentioned."""

    label: str
    url: str
    mention: PaperMention


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """A paper and where it was mentioned, the newest talk first.

    `name` is its title; for a stub what an item or a reference about it is called here, or "".
    """

    paper: Paper
    name: str
    places: list[Place]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a paper; `is_talked` when a talk named it."""

    number: int
    submitted_at: datetime | None
    is_talked: bool


@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """Every mentioned paper, the last mentioned first; on demand of one year, with code, or withdrawn ones."""
    person = visitor(request)
    mentioned = Paper.objects.current().filter(
        Exists(PaperMention.objects.visible_to(person).filter(paper=OuterRef("pk")))
    )
    years = mentioned.years()
    has_code = Exists(PaperLink.objects.filter(paper=OuterRef("pk"), kind="code"))
    counts = mentioned.aggregate(code=Count("pk", filter=has_code), withdrawn=Count("pk", filter=Q(is_withdrawn=True)))
    words = request.GET.get("q", "")[:WORDS].replace("\x00", "").strip()
    query, among = _wanted(request, years)
    if words:
        query = urlencode({"q": words})
        among = Paper.objects.saying(words)
    papers = PaperMention.objects.papers_by_last_mention(person, among=among)
    page = Paginator(papers, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": entries_of(page.object_list, person),
        "years": [(year, f"year={year}") for year in years],
        "counts": counts,
        "query": f"{query}&" if query else "",
        "shown": query,
        "words": words,
    }
    return render(request, "talks/papers.html", context)


def _wanted(request: HttpRequest, years: list[int]) -> tuple[str, PaperQuerySet | None]:
    """Return the filter that is asked for, as a query string, and its papers; "" and None for all of them."""
    year = next((year for year in years if request.GET.get("year") == str(year)), None)
    if year is not None:
        return f"year={year}", Paper.objects.of_year(year)
    show = request.GET.get("show")
    if show == "code":
        return "show=code", Paper.objects.having_code()
    if show == "withdrawn":
        return "show=withdrawn", Paper.objects.filter(is_withdrawn=True)
    return "", None


@require_safe
@kept
def paper(request: HttpRequest, identifier: str) -> HttpResponse:
    """One paper: what arXiv says, where the record, the lists and the news have it, and how to cite it."""
    person = visitor(request)
    row = _paper(identifier)
    on_lists = list(ListEntry.objects.visible_to(person).filter(paper=row).with_list())
    sightings = list(sightings_of(row)[:SIGHTINGS])
    entries = _entries({row.pk: row}, person)
    if not (entries or on_lists or sightings):
        raise Http404
    if request.path != row.get_absolute_url():
        return redirect(row, permanent=True)
    entry = entries[0] if entries else PaperEntry(row, "", [])
    entry = replace(entry, name=entry.name or _name_elsewhere(on_lists, sightings))
    mentions = [place.mention for place in entry.places]
    places = {place.mention.pk: place for place in entry.places}
    upvotes = PaperUpvotes.objects.filter(paper=row).order_by("-day").values_list("day", "count")[:DAYS]
    context = {
        "paper": row,
        "entry": entry,
        "first_authors": row.authors[:FIRST_AUTHORS],
        "more_authors": row.authors[FIRST_AUTHORS:],
        "outdated": next((mention for mention in mentions if mention.newer_version(mention.episode.starts_at)), None),
        "versions": _versions(row, mentions),
        "chart": draw(upvotes),
        "links": list(PaperLink.objects.filter(paper=row).order_by("kind", "pk")),
        "sightings": sightings,
        "on_lists": on_lists,
        "episodes": [
            (episode, [places[mention.pk] for mention in found])
            for episode, found in grouped(mentions, "episode").items()
        ],
        "bibtex": paper_bibtex(row, entry.name),
        "trouble": None if row.title or row.missing_at else Job.objects.trouble("fill_papers"),
    }
    return render(request, "talks/paper.html", context)


@require_safe
@kept
def bibtex(request: HttpRequest, identifier: str) -> HttpResponse:
    """One paper as BibTeX."""
    row = _paper(identifier)
    if not shown_papers(Paper.objects.filter(pk=row.pk), visitor(request)).exists():
        raise Http404
    if request.path != f"{row.get_absolute_url().removesuffix('/')}.bib":
        return redirect("paper-bibtex", row.arxiv_id, permanent=True)
    person = visitor(request)
    name = row.title or next((entry.name for entry in _entries({row.pk: row}, person)), "")
    if not name:
        on_lists = ListEntry.objects.visible_to(person).filter(paper=row).with_list()
        name = _name_elsewhere(on_lists, sightings_of(row)[:SIGHTINGS])
    response = HttpResponse(paper_bibtex(row, name), content_type="application/x-bibtex; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{row.arxiv_id.replace("/", "-")}.bib"'
    return response


def _name_elsewhere(on_lists: Iterable[ListEntry], sightings: Iterable[Sighting]) -> str:
    """What lists, else sources, call a paper of which neither arXiv nor the talk says a title."""
    titles = [*(row.title for row in on_lists), *(row.title for row in sightings)]
    return next((title for title in titles if title), "")


def _paper(identifier: str) -> Paper:
    """Return the paper of an address in any spelling; raises Http404."""
    known = links.arxiv_id(f"https://arxiv.org/abs/{identifier}")
    if known is None:
        raise Http404
    return get_object_or_404(Paper.objects.current(), arxiv_id=known.id)


def _versions(row: Paper, mentions: list[PaperMention]) -> list[Version]:
    """Return the versions that somebody named, the newest first. The first one is as old as the paper."""
    dates = dict(PaperVersion.objects.filter(paper=row).values_list("number", "submitted_at"))
    if row.latest_version is not None:
        dates[row.latest_version] = dates.get(row.latest_version) or row.updated_at
    if row.published_at is not None:
        dates[1] = dates.get(1) or row.published_at
    talked = {mention.paper_version for mention in mentions}
    return [Version(number, dates[number], number in talked) for number in sorted(dates, reverse=True)]


def entries_of(paper_ids: Iterable[int], person: Person | None) -> list[PaperEntry]:
    """Return the papers of these keys, in this order, with the places a visitor may read. Three queries."""
    wanted = list(paper_ids)
    papers = Paper.objects.current().in_bulk(wanted)
    return _entries({key: papers[key] for key in wanted if key in papers}, person)


def _entries(papers: dict[int, Paper], person: Person | None) -> list[PaperEntry]:
    """Return these papers with the places a visitor may read, without those that have none. Two queries."""
    mentions = PaperMention.objects.visible_to(person).filter(paper__in=papers).with_places().newest_first()
    found = grouped(mentions, "paper_id")
    for mention in mentions:
        mention.paper = papers[mention.paper_id]
    addresses = [f"https://arxiv.org/abs/{paper.arxiv_id}" for paper in papers.values() if not paper.title]
    references = Reference.objects.filter(url__in=addresses, deleted_at=None).exclude(title=None)
    titles = dict(references.filter(episode__in=Episode.objects.visible_to(person)).values_list("url", "title"))
    return [
        PaperEntry(paper, _name(paper, found[key], titles), [place_of(mention) for mention in found[key]])
        for key, paper in papers.items()
        if found[key]
    ]


def _name(paper: Paper, mentions: list[PaperMention], references: dict[str | None, str | None]) -> str:
    about = (mention.item for mention in mentions if mention.item is not None)
    of_item = next((item.title for item in about if item.title and paper.arxiv_id in (item.url or "")), "")
    return paper.title or of_item or references.get(f"https://arxiv.org/abs/{paper.arxiv_id}") or ""


def place_of(mention: PaperMention) -> Place:
    """Return where a mention stands, as a reader would say it."""
    episode, url = mention.episode, mention.episode.get_absolute_url()
    if mention.item is not None:
        label = f"{episode.label} {word_of(mention.item.section)}"
        return Place(label, f"{url}#item-{mention.item_id}", mention)
    if mention.question is not None:
        mention.question.episode = episode
        return Place(mention.question.public_id, mention.question.get_absolute_url(), mention)
    if mention.answer is not None:
        question = mention.answer.question
        question.episode = episode
        anchor = f"#answer-{mention.answer_id}"
        return Place(question.public_id, question.get_absolute_url() + anchor, mention)
    if mention.section is not None:
        return Place(f"{episode.label} {word_of(mention.section)}", url, mention)
    anchor = f"#passage-{mention.passage_id}" if mention.passage_id else ""
    return Place(_("%(episode)s, in passing") % {"episode": episode.label}, url + anchor, mention)
