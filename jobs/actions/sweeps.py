"""The sweep: what the schedule runs every few seconds, and the reason why a lost message loses nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from jobs.actions.jobs import perform_next
from jobs.actions.slots import fire_due


def sweep(*, clock: Callable[[], datetime], patience: timedelta = timedelta(seconds=50)) -> int:
    """Fire what the schedule asks for, then try every due job that no hint has brought. Return how many were tried.

    It does the jobs instead of sending hints again, so that a worker that is behind does not drown in messages. It
    takes a clock because each lease counts from its own claim, and starts no job after `patience`.
    """
    started = clock()
    fire_due(now=started)
    tried = 0
    while clock() - started < patience and perform_next(now=clock()):
        tried += 1
    return tried
