"""A host is asked by one worker at a time, and left alone for a while between two of them.

The row's `next_at` alone decides: whoever moves it from the past into the future has the turn. While a turn is held it
stands behind the end of the lease, so that a holder who died needs no cleaning up.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from outbound.errors import Failed
from outbound.models import Turn

# Longer than anything done in a turn: one request takes ten seconds at most.
LEASE = timedelta(minutes=1)
# How often the row is looked at while somebody holds it: the holder ends sooner than the lease.
LOOK_AGAIN = timedelta(milliseconds=250)


@contextmanager
def turn(
    host: str,
    *,
    gap: timedelta,
    clock: Callable[[], datetime],
    sleep: Callable[[float], object],
    lease: timedelta = LEASE,
    patience: timedelta = timedelta(minutes=2),
) -> Iterator[None]:
    """Wait until nobody asks `host` and `gap` has passed since the last one ended, then hold the turn in the block.

    Over all workers of one database there is one holder. A holder that dies loses the turn when its `lease` ends, and
    the gap counts from then. Raises Failed when no turn came within `patience`, and RuntimeError in a transaction:
    there the others would see nothing of it.
    """
    host = host.lower()
    held_until = _take(host, gap=gap, clock=clock, sleep=sleep, lease=lease, patience=patience)
    try:
        yield
    finally:
        _give_back(host, held_until=held_until, next_at=clock() + gap)


def _take(
    host: str,
    *,
    gap: timedelta,
    clock: Callable[[], datetime],
    sleep: Callable[[float], object],
    lease: timedelta,
    patience: timedelta,
) -> datetime:
    rows = Turn.objects.filter(host=host)
    give_up = clock() + patience
    with transaction.atomic(durable=True):
        Turn.objects.get_or_create(host=host, defaults={"next_at": clock()})
    while True:
        now = clock()
        # Looking first keeps those who wait from taking SQLite's write lock.
        next_at, held = rows.values_list("next_at", "held_until").get()
        if next_at <= now:
            held_until = now + lease
            with transaction.atomic(durable=True):
                if rows.filter(next_at__lte=now).update(held_until=held_until, next_at=held_until + gap):
                    return held_until
            continue
        if now >= give_up:
            said = _("Others were asking %(host)s; no turn came within %(seconds)g seconds.")
            raise Failed(said % {"host": host, "seconds": patience.total_seconds()}, retry_after=gap)
        wait = next_at - now
        sleep((min(wait, LOOK_AGAIN) if held else wait).total_seconds())


def _give_back(host: str, *, held_until: datetime, next_at: datetime) -> None:
    with transaction.atomic(durable=True):
        if Turn.objects.filter(host=host, held_until=held_until).update(held_until=None, next_at=next_at):
            return
        # The lease was over before the work was: the gap still counts from the end, and a new holder keeps the turn.
        Turn.objects.filter(host=host, next_at__lt=next_at).update(next_at=next_at)
