"""The number that pages of an evening watch."""

from django.db.models import F

from talks.models import Rundown


def touch_rundown(*, episode: int) -> None:
    """Raise the version of an episode's rundown, where it has one, in the caller's transaction."""
    Rundown.objects.filter(episode=episode).update(version=F("version") + 1)
