"""The revision of the record: raised by every write, so that a page made before it is never taken for the present."""

from django.db import transaction

from members.models import Revision


def touch() -> None:
    """Raise the revision in the caller's transaction; record() does it for every act that leaves an Event."""
    with transaction.atomic(savepoint=False):
        mark = Revision.objects.create()
        # Marks that an overlapping write is taking away are left to it: nobody waits, so nobody deadlocks.
        seen = Revision.objects.exclude(pk=mark.pk).select_for_update(skip_locked=True)
        Revision.objects.filter(pk__in=seen.values("pk")).delete()
