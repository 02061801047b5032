"""Kinds of jobs are put to rest and woken: what is due of them waits meanwhile."""

from datetime import datetime

from jobs import registry
from jobs.models import KindPause


def pause(*, kind: str, reason: str, now: datetime) -> bool:
    """Do no job of this kind any more. Return False when it rests already; raises LookupError for an unknown kind."""
    registry.kind(kind)
    _row, is_new = KindPause.objects.get_or_create(kind=kind, defaults={"at": now, "reason": reason})
    return is_new


def resume(*, kind: str) -> bool:
    """Do the jobs of this kind again. Return False when it did not rest."""
    deleted, _by_model = KindPause.objects.filter(kind=kind).delete()
    return bool(deleted)
