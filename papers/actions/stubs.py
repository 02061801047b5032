"""Papers become known by being mentioned."""

from collections.abc import Iterable
from datetime import datetime

from papers.models import Paper

# No database takes any number of values in one query.
CHUNK = 500


def find_or_stub(arxiv_ids: Iterable[str], *, now: datetime) -> dict[str, Paper]:
    """Return the Paper of every identifier, making stubs for unknown ones. Safe when two callers race.

    Runs inside the caller's transaction; the act is recorded by the caller, who knows where the paper was mentioned.
    """
    wanted = sorted(set(arxiv_ids))
    known = _known(wanted)
    missing = [i for i in wanted if i not in known]
    if missing:
        stubs = (Paper(arxiv_id=i, created_at=now, changed_at=now) for i in missing)
        Paper.objects.bulk_create(stubs, ignore_conflicts=True, batch_size=CHUNK)
        known |= _known(missing)
    return known


def _known(wanted: list[str]) -> dict[str, Paper]:
    parts = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
    return {paper.arxiv_id: paper for part in parts for paper in Paper.objects.filter(arxiv_id__in=part)}
