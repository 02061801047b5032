"""Sources are asked: a run is started, each page of it is one job, and every page is stored whole or not at all.

Asking and reading happen outside any transaction. A worker that dies resumes at the page it held; a run that fails
keeps its cursor, and the next one goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.actions.jobs import enqueue
from jobs.models import Job
from markup import links
from members.actors import SYSTEM, Actor
from members.rules import StateRefusal, require
from news.actions.sources import LIMITS, check_is_real
from news.actions.store import Tally, store_entries
from news.entries import Fetched, Parsed, Request, Unreadable
from news.models import FetchRun, Outcome, Source, SourceKind
from news.rules import may_run_sources
from news.sources import MODULES
from outbound.client import Failed, Refused

log = structlog.get_logger(__name__)

KIND = "collect_page"
# A source whose cursor never ends is cut off here; the next run goes on.
MAX_PAGES = 50
MAX_PROBLEMS = 50
# Sources begun in one transaction.
AT_ONCE = 20
MAX_FAILURES = 10
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a worker brings it: read, or what went wrong in words. `retry_after` is the source's own wish."""

    fetched: Fetched | None = None
    parsed: Parsed | None = None
    error: str = ""
    retry_after: timedelta | None = None
    is_gone: bool = False


def start(*, source: Source, by: Actor, now: datetime, cursor: Any = None) -> FetchRun:
    """Begin a run: its first page is a job that is due now. `cursor` begins elsewhere (back-fill).

    Raises PermissionDenied for anybody but the schedule and organizers, StateRefusal when the source is gone or a run
    of it is still going on.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        require(may_run_sources(by), _("Only organizers run sources."))
        if source.deleted_at is not None:
            raise StateRefusal(_("This source was removed."), code="source_removed")
        check_is_real(source)
        _close_broken(source, now=now)
        if FetchRun.objects.filter(source=source, outcome=Outcome.RUNNING).exists():
            raise StateRefusal(_("This source is being asked at this moment."), code="run_going_on")
        run = FetchRun.objects.create(source=source, started_at=now)
        source.next_at = now + timedelta(minutes=source.interval_minutes)
        source.save(update_fields=["next_at"])
        _ask_for_page(run, source.cursor if cursor is None else cursor, now=now)
    return run


def start_due(*, payload: dict[str, Any], now: datetime) -> None:
    """Begin a run of the sources whose time has come, AT_ONCE of them; the others are a job of their own at once.

    What the schedule does every minute. A source that another worker holds at this moment is left to the next minute:
    nobody waits for it, and a worker that dies takes few runs back.
    """
    with transaction.atomic():  # a caller outside one still may look
        due = list(Source.objects.due(now).select_for_update(skip_locked=True)[:AT_ONCE])
    for source in due:
        try:
            with transaction.atomic():
                start(source=source, by=SYSTEM, now=now)
        except StateRefusal as refusal:
            log.info("source_not_started", source=source.slug, code=refusal.code)
    if len(due) == AT_ONCE:
        slot, batch = payload.get("slot", ""), payload.get("batch", 0) + 1
        more = {"slot": slot, "batch": batch}
        enqueue(kind="collect", key=f"collect:{slot}:{batch}", payload=more, due_at=now, now=now)


def fetch_page(*, payload: dict[str, Any]) -> Page:
    """Ask the source for the page of a job, and read the answer. What the source does wrong is no error of ours."""
    run = FetchRun.objects.select_related("source").get(pk=payload["run"])
    source, is_first = run.source, payload["cursor"] is None
    module = MODULES[SourceKind(source.kind)]
    request = Request(
        address=source.address,
        now=timezone.now(),
        cursor=payload["cursor"],
        etag=source.etag if is_first else "",
        last_modified=source.last_modified if is_first else "",
    )
    try:
        fetched = module.fetch(request)
    except Refused as error:
        return Page(error=str(error))
    except Failed as error:
        return Page(error=str(error), retry_after=error.retry_after)
    if fetched.status == 304:
        return Page(fetched, Parsed())
    try:
        parsed = module.parse(fetched)
        refusal = next((one.message for one in parsed.problems if one.code == "arxiv_error"), "")
        return Page(error=refusal) if refusal and not parsed.entries else Page(fetched, parsed)
    except Unreadable as error:
        return Page(error=str(error), is_gone=error.code == "gone")


def store_page(*, payload: dict[str, Any], now: datetime, fetched: Page) -> None:
    """Store a page and ask for the next one, or end the run."""
    page = fetched
    source = Source.objects.select_for_update().get(runs=payload["run"])
    run = FetchRun.objects.select_for_update().get(pk=payload["run"])
    if run.outcome != Outcome.RUNNING:
        return
    run.pages += 1
    if page.parsed is None or page.fetched is None:
        source.cursor = payload["cursor"]
        _fail(source, run, page, now=now)
        return
    parsed, answer = page.parsed, page.fetched
    tally = store_entries(source=source, run=run, entries=parsed.entries, now=now)
    _count(run, tally, parsed)
    if payload["cursor"] is None and answer.status != 304:
        # Kept from the first page and written at the end: a torn run must not look unchanged the next time.
        run.validators = {"etag": answer.etag, "last_modified": answer.last_modified}
    if parsed.cursor is not None and run.pages < MAX_PAGES:
        source.cursor = parsed.cursor
        run.save()
        source.save()
        _ask_for_page(run, parsed.cursor, now=now)
    else:
        source.cursor = parsed.cursor
        _end(source, run, page, now=now)


# ── A run and its end ───────────────────────────────────────────────────────


def page_key(run: FetchRun) -> str:
    """The key of the job that brings the next page of a run."""
    return f"{KIND}:{run.pk}:{run.pages}"


def _ask_for_page(run: FetchRun, cursor: Any, *, now: datetime) -> None:
    enqueue(kind=KIND, key=page_key(run), payload={"run": run.pk, "cursor": cursor}, due_at=now, now=now)


def _close_broken(source: Source, *, now: datetime) -> None:
    """End a run whose job has stopped for good: a mistake of ours must not keep a source quiet for ever."""
    for run in FetchRun.objects.filter(source=source, outcome=Outcome.RUNNING):
        job = Job.objects.filter(key=page_key(run)).first()
        if job is None or job.failed_at is not None:
            run.outcome, run.ended_at = Outcome.FAILED, now
            run.error = job.last_error if job else _("The job of this run is gone.")
            run.save()


def _count(run: FetchRun, tally: Tally, parsed: Parsed) -> None:
    run.fetched += tally.fetched
    run.new += tally.new
    run.known += tally.known
    run.duplicate += tally.duplicate
    run.hidden += tally.hidden
    run.changed += tally.changed
    run.is_quiet_day = run.is_quiet_day or parsed.is_quiet_day
    said = [{"code": one.code, "entry": one.entry[:300], "message": one.message[:500]} for one in parsed.problems]
    run.problems = [*run.problems, *said][:MAX_PROBLEMS]


def _end(source: Source, run: FetchRun, page: Page, *, now: datetime) -> None:
    run.outcome, run.ended_at = _outcome(run, page), now
    run.save()
    source.failures, source.last_error = 0, ""
    if run.new or run.duplicate:
        source.last_new_at = now
    if run.validators:
        source.etag, source.last_modified = run.validators["etag"], run.validators["last_modified"]
    _follow_move(source, page, now=now)
    _take_name(source, page, now=now)
    source.next_at = now + _wait(source, now=now, wish=page.parsed.minutes if page.parsed else None)
    source.save()


def _outcome(run: FetchRun, page: Page) -> Outcome:
    if page.fetched is not None and page.fetched.status == 304:
        return Outcome.UNCHANGED
    if run.fetched == 0:
        return Outcome.NO_ANNOUNCEMENT if run.is_quiet_day else Outcome.EMPTY
    return Outcome.UNCHANGED if run.known == run.fetched and not run.changed else Outcome.OK


def _wait(source: Source, *, now: datetime, wish: int | None) -> timedelta:
    """How long until the next look: what the source wishes at least, and the longer a feed was quiet, up to a day."""
    shortest = max(timedelta(minutes=source.interval_minutes), min(timedelta(minutes=wish or 0), LONGEST_WAIT))
    if source.kind != SourceKind.FEED or source.last_new_at is None:
        return shortest
    return max(shortest, min((now - source.last_new_at) / 4, LONGEST_WAIT))


def _follow_move(source: Source, page: Page, *, now: datetime) -> None:
    """Take over the address that a feed has moved to for good, unless another source is there already."""
    moved_to = page.fetched.moved_to if page.fetched else ""
    if not moved_to or source.kind != SourceKind.FEED or moved_to == source.address:
        return
    others = Source.objects.current().filter(kind=source.kind, address=moved_to)
    if others.exists():
        source.paused_at, source.pause_reason = now, _("It has moved to an address that another source has.")
    else:
        source.address = moved_to
    source.version += 1
    source.changed_at = now


def _take_name(source: Source, page: Page, *, now: datetime) -> None:
    """Call a feed what it calls itself, while nobody has given it a name but that of its host."""
    title = page.parsed.title[: LIMITS["name"]].strip() if page.parsed else ""
    if title and source.kind == SourceKind.FEED and source.name == links.host(source.address):
        source.name = title
        source.version += 1
        source.changed_at = now


def _fail(source: Source, run: FetchRun, page: Page, *, now: datetime) -> None:
    run.outcome, run.ended_at, run.error = Outcome.FAILED, now, page.error[:2000]
    run.save()
    source.failures += 1
    source.last_error = run.error
    wait = min(timedelta(minutes=source.interval_minutes) * 2 ** min(source.failures - 1, 10), LONGEST_WAIT)
    source.next_at = now + max(wait, page.retry_after or timedelta())
    if page.is_gone:
        source.paused_at, source.pause_reason = now, _("The feed is gone for good (410).")
    elif source.failures >= MAX_FAILURES:
        source.paused_at = now
        source.pause_reason = _("It failed %(n)d times in a row: %(error)s") % {
            "n": source.failures,
            "error": page.error[:300],
        }
    source.save()
    log.warning("source_failed", source=source.slug, failures=source.failures, error=page.error[:300])
