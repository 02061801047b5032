"""The papers that talks have mentioned: all of them, and one with every place it was mentioned in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from markup import links
from members.models import Person
from papers.models import Paper
from talks.models import Episode, PaperMention, Reference
from talks.models.order import grouped
from talks.views.kept import kept
from talks.views.record import word_of
from talks.views.visitor import visitor

PAGE = 50


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


@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """Every mentioned paper, the last mentioned first."""
    person = visitor(request)
    page = Paginator(PaperMention.objects.papers_by_last_mention(person), PAGE).get_page(request.GET.get("page"))
    return render(request, "talks/papers.html", {"page": page, "entries": entries_of(page.object_list, person)})


@require_safe
@kept
def paper(request: HttpRequest, identifier: str) -> HttpResponse:
    """One paper and every place in the record that mentions it."""
    person = visitor(request)
    known = links.arxiv_id(f"https://arxiv.org/abs/{identifier}")
    if known is None:
        raise Http404
    row = get_object_or_404(Paper.objects.current(), arxiv_id=known.id)
    entries = entries_of([row.pk], person)
    if not entries:
        raise Http404
    if request.path != row.get_absolute_url():
        return redirect(row, permanent=True)
    by_episode = grouped((place.mention for place in entries[0].places), "episode")
    places = {place.mention.pk: place for place in entries[0].places}
    context = {
        "paper": row,
        "entry": entries[0],
        "episodes": [(episode, [places[mention.pk] for mention in found]) for episode, found in by_episode.items()],
    }
    return render(request, "talks/paper.html", context)


def entries_of(paper_ids: Iterable[int], person: Person | None) -> list[PaperEntry]:
    """Return the papers of these keys, in this order, with the places a visitor may read. Three queries."""
    wanted = list(paper_ids)
    papers = Paper.objects.current().in_bulk(wanted)
    mentions = PaperMention.objects.visible_to(person).filter(paper__in=wanted).with_places().newest_first()
    found = grouped(mentions, "paper_id")
    addresses = [f"https://arxiv.org/abs/{paper.arxiv_id}" for paper in papers.values() if not paper.title]
    references = Reference.objects.filter(url__in=addresses, deleted_at=None).exclude(title=None)
    titles = dict(references.filter(episode__in=Episode.objects.visible_to(person)).values_list("url", "title"))
    return [
        PaperEntry(papers[key], _name(papers[key], found[key], titles), [place_of(mention) for mention in found[key]])
        for key in wanted
        if key in papers and found[key]
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
