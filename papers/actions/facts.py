"""What sources say about papers is stored: the better source wins, versions and upvotes are kept as a series.

Papers that workers fill in leave no Event each: a source can say everything again, and versions are rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from markup import links
from markup.html import HTML_VERSION
from members.actions.revisions import touch
from members.actors import Actor
from members.rules import is_organizer, is_system, require
from papers.actions.list_papers import link_papers
from papers.facts import PaperFacts
from papers.models import FilledFrom, Paper, PaperLink, PaperUpvotes, PaperVersion
from papers.rendering import HTML_FIELDS, render

CHUNK = 500
# What a source says of the work as a whole; empty values were not said.
_SAID = (
    *("title", "abstract", "authors", "primary_category", "categories", "comment", "journal_ref", "doi"),
    *("published_at",),
)
_CHANGING = (*_SAID, "is_withdrawn", "latest_version", "updated_at", "filled_from", "filled_at", "missing_at")


def store_facts(facts: Iterable[PaperFacts], *, by: Actor, now: datetime) -> dict[str, Paper]:
    """Store what sources say and return the papers by identifier. Saying it again changes nothing.

    Of what is known already, a worse source adds only what was missing, and an older version changes nothing but the
    list of versions. Raises PermissionDenied for anybody but the schedule and organizers.
    """
    require(is_system(by) or is_organizer(by), _("Only workers and organizers fill in papers."))
    by_id: dict[str, list[PaperFacts]] = {}
    for one in facts:
        by_id.setdefault(one.arxiv_id, []).append(one)
    papers: dict[str, Paper] = {}
    wanted = sorted(by_id)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with transaction.atomic():
            papers |= _store(chunk, by_id, now=now)
    return papers


def mark_missing(arxiv_ids: Iterable[str], *, by: Actor, now: datetime) -> int:
    """Note that arXiv knows nothing under these identifiers. Return how many papers there are of them."""
    require(is_system(by) or is_organizer(by), _("Only workers and organizers fill in papers."))
    papers = Paper.objects.filter(arxiv_id__in=list(arxiv_ids)).exclude(filled_from=FilledFrom.API)
    with transaction.atomic():
        count = papers.update(missing_at=now, changed_at=now, version=models.F("version") + 1)
        if count:
            touch()
    return count


def rerender(*, batch: int) -> int:
    """Render again what an older renderer made, `batch` papers a transaction; return how many that were."""
    total = 0
    while True:
        with transaction.atomic():
            outdated = Paper.objects.filter(html_version__lt=HTML_VERSION).order_by("pk")
            papers = list(outdated.select_for_update()[:batch])
            for paper in papers:
                render(paper)
            Paper.objects.bulk_update(papers, HTML_FIELDS)
        if not papers:
            return total
        total += len(papers)


def _store(arxiv_ids: Sequence[str], by_id: dict[str, list[PaperFacts]], *, now: datetime) -> dict[str, Paper]:
    known = _light(arxiv_ids)
    missing = [i for i in arxiv_ids if i not in known]
    if missing:
        made = [Paper(arxiv_id=i, created_at=now, changed_at=now) for i in missing]
        for paper in made:
            _tell(paper, by_id[paper.arxiv_id], now=now)
            render(paper)
        # Another worker may have made one of them since: then its row is the one, and is told the same below.
        Paper.objects.bulk_create(made, ignore_conflicts=True)
        known |= _light(missing)
    # Mostly there is nothing new: that is found without locks, and what is to change is looked at again with one.
    news = sorted(i for i, paper in known.items() if _tell(paper, by_id[i], now=now))
    changed = []
    renamed = {i: known[i] for i in missing if known[i].title or known[i].abstract}
    for paper in _locked(news) if news else ():
        name = (paper.title, paper.abstract)
        if _tell(paper, by_id[paper.arxiv_id], now=now):
            paper.changed_at = now
            paper.version += 1
            render(paper)
            changed.append(paper)
            if (paper.title, paper.abstract) != name:
                renamed[paper.arxiv_id] = paper
        known[paper.arxiv_id] = paper
    if changed:
        _write(changed)
    said = [(known[i], one) for i in arxiv_ids for one in by_id[i]]
    written = [_store_versions(said, now=now), _store_upvotes(said), _store_links(said, now=now)]
    link_papers(renamed)
    if missing or changed or any(written):
        touch()
    return known


def _tell(paper: Paper, said: Sequence[PaperFacts], *, now: datetime) -> bool:
    """Merge what several sources say, the best one last. Return whether that was news."""
    before = _values(paper)
    for one in sorted(said, key=lambda one: (FilledFrom(one.source).rank, one.version or 0)):
        _merge(paper, one, now=now)
    return _values(paper) != before


def _write(papers: Sequence[Paper]) -> None:
    """Write rows that this transaction holds. An upsert: an UPDATE with a CASE a column takes far longer."""
    written = [*_CHANGING, *HTML_FIELDS, "changed_at", "version"]
    Paper.objects.bulk_create(papers, update_conflicts=True, unique_fields=["arxiv_id"], update_fields=written)


def _light(arxiv_ids: Sequence[str]) -> dict[str, Paper]:
    """Papers without their HTML, which is most of a row."""
    rows = Paper.objects.filter(arxiv_id__in=arxiv_ids).defer("title_html", "abstract_html")
    return {paper.arxiv_id: paper for paper in rows}


def _locked(arxiv_ids: Sequence[str]) -> models.QuerySet[Paper]:
    # Not the key: who ties a row to one of these papers meanwhile does not wait, so `link_papers` deadlocks nobody.
    return Paper.objects.filter(arxiv_id__in=arxiv_ids).order_by("arxiv_id").select_for_update(no_key=True)


def _values(paper: Paper) -> list[Any]:
    return [getattr(paper, name) for name in _CHANGING if name != "filled_at"]


def _merge(paper: Paper, said: PaperFacts, *, now: datetime) -> None:
    source = FilledFrom(said.source)
    is_old = said.version is not None and paper.latest_version is not None and said.version < paper.latest_version
    is_better = source.rank >= FilledFrom(paper.filled_from).rank and not is_old
    for name in _SAID:
        value = _plain(getattr(said, name))
        if value and (is_better or not getattr(paper, name)):
            setattr(paper, name, value)
    if is_better and source is FilledFrom.API:
        paper.is_withdrawn = said.is_withdrawn
        paper.missing_at = None
        paper.filled_at = now
    if said.version is not None and not is_old:
        paper.latest_version = said.version
        paper.updated_at = said.submitted_at or paper.updated_at
    if is_better:
        paper.filled_from = source


def _plain(value: Any) -> Any:
    """A value as its column keeps it."""
    if isinstance(value, tuple):
        return [
            one if isinstance(one, str) else {"name": one.name, "affiliations": list(one.affiliations)} for one in value
        ]
    return value


def _store_versions(said: Sequence[tuple[Paper, PaperFacts]], *, now: datetime) -> int:
    versions = {
        (paper.pk, one.version): one
        for paper, one in sorted(said, key=lambda pair: FilledFrom(pair[1].source).rank)
        if one.version
    }
    stored = PaperVersion.objects.filter(paper__in={key[0] for key in versions})
    known = {(paper, number): at for paper, number, at in stored.values_list("paper_id", "number", "submitted_at")}
    new = [
        PaperVersion(paper_id=paper, number=number, submitted_at=one.submitted_at, comment=one.comment, seen_at=now)
        for (paper, number), one in versions.items()
        if (paper, number) not in known
    ]
    PaperVersion.objects.bulk_create(new, ignore_conflicts=True)
    dates = {key: one for key, one in versions.items() if key in known and known[key] is None and one.submitted_at}
    dated = [row for row in stored if (row.paper_id, row.number) in dates] if dates else []
    for row in dated:
        one = dates[row.paper_id, row.number]
        row.submitted_at, row.comment = one.submitted_at, one.comment or row.comment
    PaperVersion.objects.bulk_update(dated, ["submitted_at", "comment"])
    return len(new) + len(dated)


def _store_upvotes(said: Sequence[tuple[Paper, PaperFacts]]) -> int:
    counts = {
        (paper.pk, one.upvotes_on): one.upvotes
        for paper, one in said
        if one.upvotes is not None and one.upvotes_on is not None
    }
    if not counts:
        return 0
    stored = PaperUpvotes.objects.filter(paper__in={key[0] for key in counts}, day__in={key[1] for key in counts})
    known = {(row.paper_id, row.day): row.count for row in stored}
    new = [
        PaperUpvotes(paper_id=key[0], day=key[1], count=count)
        for key, count in counts.items()
        if known.get(key) != count
    ]
    PaperUpvotes.objects.bulk_create(
        new, update_conflicts=True, unique_fields=["paper", "day"], update_fields=["count"]
    )
    return len(new)


def _store_links(said: Sequence[tuple[Paper, PaperFacts]], *, now: datetime) -> int:
    found = {
        (paper.pk, link.kind, key): PaperLink(paper=paper, kind=link.kind, url=link.url, key=key, seen_at=now)
        for paper, one in said
        for link in one.links
        if (key := links.short_key(link.url))
    }
    known = PaperLink.objects.filter(paper__in={key[0] for key in found}).values_list("paper_id", "kind", "key")
    new = [found[key] for key in found.keys() - set(known)]
    PaperLink.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
