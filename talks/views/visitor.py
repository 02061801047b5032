"""Who is looking at a page."""

from django.http import HttpRequest

from members.actors import actor_of
from members.models import Person


def visitor(request: HttpRequest) -> Person | None:
    """Return the Person of a signed-in visitor, None for everybody else. Reads no row without a session."""
    actor = actor_of(request.user)
    return actor if isinstance(actor, Person) else None
