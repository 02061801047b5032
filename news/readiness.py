"""What /readyz tells of the sources."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from news.models import Source

# The schedule looks every minute.
LATE = timedelta(minutes=10)


def told(now: datetime) -> dict[str, Any]:
    """Return how many sources there are, fail, rest, and are not asked although their time has come.

    A source that fails is its own trouble; one that nobody asks is ours.
    """
    rows = list(Source.objects.current().values_list("failures", "paused_at", "next_at"))
    late = sum(paused_at is None and next_at < now - LATE for _failures, paused_at, next_at in rows)
    return {
        "ok": not late,
        "why": f"{late} sources are not asked in time" if late else "",
        "sources": len(rows),
        "failing": sum(failures > 0 and paused_at is None for failures, paused_at, _next in rows),
        "paused": sum(paused_at is not None for _failures, paused_at, _next in rows),
    }
