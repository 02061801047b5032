"""Slots are fired: the schedule asks again and again, and each firing of a beat happens once."""

from datetime import datetime

from django.db import transaction

from jobs import registry
from jobs.actions.jobs import enqueue
from jobs.models import KindPause, Slot


def fire_slot(*, beat: str, slot: datetime, now: datetime) -> bool:
    """Record that `beat` fires for `slot` and enqueue its job. Return False when that happened before."""
    with transaction.atomic():
        _, is_new = Slot.objects.get_or_create(beat=beat, at=slot, defaults={"created_at": now})
        if is_new and beat != registry.HEARTBEAT:
            time = slot.isoformat()
            enqueue(kind=beat, key=f"{beat}:{time}", payload={"slot": time}, due_at=now, now=now)
    return is_new


def fire_due(*, now: datetime) -> int:
    """Fire the current slot of every beat that has not fired for it yet, and return how many did.

    A site that was down, or a kind that rested, fires each beat once for the latest slot missed, not for every one.
    """
    slots = {(beat, form.slot(now)) for beat, form in registry.beats().items()}
    missing = slots - set(Slot.objects.among(slots).values_list("beat", "at"))
    if not missing:
        return 0
    resting = set(KindPause.objects.values_list("kind", flat=True))
    return sum(fire_slot(beat=beat, slot=slot, now=now) for beat, slot in sorted(missing) if beat not in resting)
