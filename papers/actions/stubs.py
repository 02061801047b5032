"""Papers become known by being mentioned."""

from collections.abc import Iterable
from datetime import datetime

from papers.models import Paper


def find_or_stub(arxiv_ids: Iterable[str], *, now: datetime) -> dict[str, Paper]:
    """Return the Paper of every identifier, making stubs for unknown ones. Safe when two callers race.

    Runs inside the caller's transaction; the act is recorded by the caller, who knows where the paper was mentioned.
    """
    wanted = list(dict.fromkeys(arxiv_ids))
    known = {paper.arxiv_id: paper for paper in Paper.objects.filter(arxiv_id__in=wanted)}
    missing = [Paper(arxiv_id=i, created_at=now, changed_at=now) for i in sorted(wanted) if i not in known]
    if missing:
        Paper.objects.bulk_create(missing, ignore_conflicts=True)
        known = {paper.arxiv_id: paper for paper in Paper.objects.filter(arxiv_id__in=wanted)}
    return known
