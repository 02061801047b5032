"""The form of the two tables in the settings: JOB_KINDS (what can be done) and JOB_BEATS (when it is done by itself).

Functions are named by dotted path, so that every process knows every kind, whichever modules it has imported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# The beat without a job: its newest slot proves that schedule, broker and worker are alive.
HEARTBEAT = "heartbeat"
USUAL_LEASE = timedelta(minutes=5)
_A_MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001 - a point on the wall clock, in whatever zone


@dataclass(frozen=True, slots=True)
class Kind:
    """What jobs of one kind do, as dotted paths of functions.

    `store(*, payload, now)` makes the writes, inside the transaction that marks the job done; what it returns is the
    trouble it had, in a sentence: the job is done and its next beat tries anew. A kind that talks to
    the outside also has `fetch(*, payload)`: it runs first, outside any transaction, bounds itself, and what it
    returns reaches `store` as `fetched`. `lease` is longer than both together can take. `name` is for people.
    """

    store: str
    fetch: str = ""
    name: "str | StrPromise" = ""
    lease: timedelta = USUAL_LEASE

    def load(self) -> tuple[Callable[..., Any] | None, Callable[..., str | None]]:
        """Return the functions (fetch or None, store); raises ImportError."""
        return (import_string(self.fetch) if self.fetch else None), import_string(self.store)


@dataclass(frozen=True, slots=True)
class Beat:
    """A firing every so often, `offset` after midnight (or after Monday's, for whole weeks) in the site's zone.

    Beats shorter than a day are counted in UTC, where no hour happens twice.
    """

    every: timedelta
    offset: timedelta = timedelta()

    def slot(self, now: datetime) -> datetime:
        """Return the latest time at or before `now` at which this beat fires."""
        zone: tzinfo = UTC if self.every < timedelta(days=1) else timezone.get_default_timezone()
        wall = timezone.make_naive(now, zone)
        return (wall - (wall - _A_MONDAY - self.offset) % self.every).replace(tzinfo=zone)


def kind(name: str) -> Kind:
    """Return the kind of this name; raises LookupError when the settings have none."""
    try:
        found: Kind = settings.JOB_KINDS[name]
    except KeyError:
        raise LookupError(f"no kind of job is called {name!r}") from None
    return found


def lease(name: str) -> timedelta:
    """Return the lease of a kind, or the usual one when the settings no longer know the kind of an old row."""
    known: Kind | None = settings.JOB_KINDS.get(name)
    return known.lease if known else USUAL_LEASE


def next_beat(name: str, now: datetime) -> datetime | None:
    """Return when this beat fires next, None for what has no beat."""
    beat: Beat | None = settings.JOB_BEATS.get(name)
    return beat.slot(now + beat.every) if beat else None


def beats() -> dict[str, Beat]:
    return dict(settings.JOB_BEATS)
