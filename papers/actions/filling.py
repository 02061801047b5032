"""Papers are filled in, and asked about again: arXiv is asked for many at once, one request at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.actions.jobs import enqueue
from jobs.models import Job
from members.actions.revisions import touch
from members.actors import SYSTEM
from outbound.client import Failed, Refused, get
from papers import arxiv
from papers.actions.facts import mark_missing, store_facts
from papers.asking import arxiv_turn
from papers.facts import PaperFacts
from papers.models import Paper

log = structlog.get_logger(__name__)

KIND = "fill_papers"
BATCH = 50
# A batch with one wrong identifier is refused as a whole: it is halved until the wrong one stands alone.
MOST_REQUESTS = 20


@dataclass(slots=True)
class Filled:
    """What arXiv said of a batch: papers, identifiers it does not know, and those it was not asked about."""

    papers: list[PaperFacts] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    trouble: str = ""


def fetch(*, payload: dict[str, Any]) -> Filled:
    """Ask arXiv about the oldest stubs. What arXiv does wrong is no error of ours: the next beat asks again."""
    stubs = Paper.objects.stubs(timezone.now()).order_by(F("missing_at").asc(nulls_first=True), "pk")
    try:
        return _ask_all(list(stubs.values_list("arxiv_id", flat=True)[:BATCH]))
    except (Failed, Refused, arxiv.Unreadable) as error:
        return Filled(trouble=str(error))


def fetch_named(*, payload: dict[str, Any]) -> Filled:
    """Ask arXiv about the papers in `ids`, filled or not: they may have a newer version.

    Raises outbound's Failed and arxiv.Unreadable: nobody else asks about these this week, the job tries again.
    """
    return _ask_all(payload["ids"])


def _ask_all(wanted: list[str]) -> Filled:
    filled = Filled()
    batches = [wanted] if wanted else []
    requests = 0
    while batches:
        ids = batches.pop()
        if requests >= MOST_REQUESTS:
            filled.unasked += ids
            continue
        requests += 1
        answer = _ask(ids)
        if answer is None and len(ids) > 1:
            half = len(ids) // 2
            batches += [ids[half:], ids[:half]]
            continue
        papers = answer.papers if answer else ()
        filled.papers += papers
        filled.missing += sorted(set(ids) - {paper.arxiv_id for paper in papers})
    return filled


def store(*, payload: dict[str, Any], now: datetime, fetched: Filled) -> str:
    """Store what arXiv said; when more stubs wait, the next batch is a job at once. Return what went wrong, or ""."""
    if bool(fetched.trouble) != (Job.objects.trouble(KIND) is not None):
        touch()  # pages say whether arXiv can be asked
    if fetched.trouble:
        log.warning("papers_not_filled", error=fetched.trouble)
        return fetched.trouble
    store_facts(fetched.papers, by=SYSTEM, now=now)
    mark_missing(fetched.missing, by=SYSTEM, now=now)
    number = payload.get("batch", 0) + 1
    if (fetched.papers or fetched.missing) and Paper.objects.stubs(now).exists():
        more = {**payload, "batch": number}
        enqueue(kind=KIND, key=f"{KIND}:{payload.get('slot', '')}:{number}", payload=more, due_at=now, now=now)
    return ""


def store_named(*, payload: dict[str, Any], now: datetime, fetched: Filled) -> None:
    """Store what arXiv said. Of a paper it once described it keeps that, should it deny it for a while."""
    store_facts(fetched.papers, by=SYSTEM, now=now)
    mark_missing(fetched.missing, by=SYSTEM, now=now)


def _ask(ids: Sequence[str]) -> arxiv.Answer | None:
    """The answer about these identifiers; None when arXiv refuses the list because of one of them."""
    with arxiv_turn():
        reply = get(arxiv.address(settings.ARXIV_API_URL, ids=ids, size=len(ids)))
    if reply.status == 400:
        return None
    if reply.status != 200:
        raise Failed(
            _("arXiv answers with status %(status)d.") % {"status": reply.status}, retry_after=timedelta(minutes=5)
        )
    answer = arxiv.read(reply.body)
    # arXiv gives empty pages by mistake: a batch of which it knows nothing at all is asked about again.
    if not answer.entries and len(ids) > 1:
        return None
    return answer if not answer.troubles or answer.papers else None
