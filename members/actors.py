"""Who acts: a Person, a Guest of an invitation, the schedule (SYSTEM) or nobody who can be named (ANONYMOUS).

Every action takes one as `by`. A Guest may do only what an action says its invitation allows.
"""

import enum
from dataclasses import dataclass

from django.http import HttpRequest

from members.models import Guest, Person, Role


class Nobody(enum.Enum):
    """Actors without a Person."""

    SYSTEM = "system"
    ANONYMOUS = "anonymous"


SYSTEM = Nobody.SYSTEM
ANONYMOUS = Nobody.ANONYMOUS

Actor = Person | Guest | Nobody


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules may know of an actor, read once."""

    is_person: bool
    is_organizer: bool
    is_suspended: bool


def standing(actor: Actor) -> Standing:
    """Return what is stored about the actor's rights; people without a login and nobody have none."""
    if isinstance(actor, Person) and actor.user is not None and actor.user.is_active:
        user = actor.user
        return Standing(True, user.role == Role.ORGANIZER, user.suspended_at is not None)
    return Standing(isinstance(actor, Person), False, False)


def actor_of(user: object) -> Actor:
    """Return the Person of a signed-in user, ANONYMOUS for everybody else."""
    return getattr(user, "person", None) or ANONYMOUS


# Where the session of a browser keeps which guest it is.
GUEST = "guest"


def actor_at(request: HttpRequest) -> Actor:
    """Return who acts by a page: the Person signed in, else the guest whose key the session keeps, else ANONYMOUS."""
    actor = actor_of(request.user)
    return guest_at(request) or ANONYMOUS if actor is ANONYMOUS else actor


def guest_at(request: HttpRequest) -> Guest | None:
    """Return the guest whose key the browser's session keeps."""
    key = request.session.get(GUEST)
    return Guest.objects.select_related("person", "invitation").filter(pk=key).first() if key else None


def person_behind(actor: Actor) -> Person | None:
    """Return the name in the record that acts: the Person, or the one a guest is; None for nobody."""
    if isinstance(actor, Guest):
        return actor.person
    return actor if isinstance(actor, Person) else None
