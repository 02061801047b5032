"""Repeated POSTs: the first one under a key does the work, the others get its reply."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from members.models import IdempotencyKey, User

# A request that has said nothing for so long was cut off; its key may be tried again.
ABANDONED = timedelta(minutes=2)
KEPT = timedelta(days=1)


class KeyReusedError(ValueError):
    """The key was used with another body."""


class StillRunningError(ValueError):
    """The first request under this key has not finished."""


def begin(*, user: User, key: str, digest: str, now: datetime) -> IdempotencyKey:
    """Return the row of this key: without status, the work is ours; with one, its reply is the answer.

    Raises KeyReusedError and StillRunningError.
    """
    # A key of our own drawing, below zero as no other is: found again, it says that the row is ours.
    own = IdempotencyKey(pk=-1 - secrets.randbelow(2**62), user=user, key=key, digest=digest, created_at=now)
    IdempotencyKey.objects.bulk_create([own], ignore_conflicts=True)
    row = IdempotencyKey.objects.filter(user=user, key=key).first()
    if row is None:  # whoever had it has let it go in between
        raise StillRunningError
    if row.pk == own.pk:
        return row
    if row.created_at >= now - KEPT:
        if row.digest != digest:
            raise KeyReusedError
        if row.status is not None:
            return row
        if now - row.created_at < ABANDONED:
            raise StillRunningError
    return _taken_over(row, digest=digest, now=now)


def _taken_over(row: IdempotencyKey, *, digest: str, now: datetime) -> IdempotencyKey:
    """Return a row that was cut off or is too old as ours. Raises StillRunningError when another was quicker."""
    seen = IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at, status=row.status)
    if not seen.update(digest=digest, created_at=now, status=None, body=None):
        raise StillRunningError
    row.digest, row.created_at, row.status, row.body = digest, now, None, None
    return row


def finish(*, row: IdempotencyKey, status: int, body: Any) -> None:
    """Keep the reply for whoever sends the request again. Runs inside the transaction of the work.

    Raises StillRunningError when the key was taken over meanwhile, so that the work is rolled back.
    """
    own = IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at, status=None)
    if not own.update(status=status, body=body):
        raise StillRunningError


def forget(*, row: IdempotencyKey) -> None:
    """Let the key be tried again after work that came to nothing."""
    IdempotencyKey.objects.filter(pk=row.pk, created_at=row.created_at, status=None).delete()


def forget_old(*, now: datetime) -> None:
    """Delete keys that are too old to hold. Part of the daily clean-up."""
    IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
