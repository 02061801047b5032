"""Repeated POSTs: the first one under a key does the work, the others get its reply."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

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
    with transaction.atomic():
        IdempotencyKey.objects.filter(user=user, created_at__lt=now - KEPT).delete()
        row, is_new = IdempotencyKey.objects.select_for_update().get_or_create(
            user=user, key=key, defaults={"digest": digest, "created_at": now}
        )
        if row.digest != digest:
            raise KeyReusedError
        if not is_new and row.status is None:
            if now - row.created_at < ABANDONED:
                raise StillRunningError
            row.created_at = now
            row.save(update_fields=["created_at"])
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
