"""What the pages of acts share: who acts, a refusal as a sentence and a status, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from members.actors import Actor, actor_at
from members.models import Person
from members.rules import StateRefusal, in_one, invalid

KEPT = "_acting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act; `said` is for the one who acted, `status` that of the page that answers."""

    said: str
    status: int = 200
    texts: dict[str, Any] | None = None

    @property
    def is_done(self) -> bool:
        return self.status == 200


def actor(request: HttpRequest) -> Actor:
    """Return who acts by this request, a guest too; asked for once."""
    if not hasattr(request, KEPT):
        setattr(request, KEPT, actor_at(request))
    return getattr(request, KEPT)


def attempt(act: Callable[[], str]) -> Outcome:
    """Do an act that says what it did; what the moment or the form refuses becomes its sentence.

    Who may not do it at all gets the page that says so: PermissionDenied goes on, and so does Http404.
    """
    try:
        return Outcome(act())
    except ValidationError as error:
        first = next((one for errors in getattr(error, "error_dict", {}).values() for one in errors), None)
        is_conflict = first is not None and first.code == "conflict"
        texts = first.params if first is not None and is_conflict else None
        return Outcome(in_one(error.messages), 409 if is_conflict else 400, texts)
    except StateRefusal as error:
        return Outcome(str(error), 409)


def undo_by(code: str, kind: str, key: object) -> str:
    """Return the tag of a message that offers to bring back what an act took out."""
    return f"undo {code} {kind}:{key}"


def way_back(request: HttpRequest, usual: str) -> str:
    """Return where the form wants to go on to, when that is on this site."""
    onward = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if onward and is_ours else usual


def person_named(text: str, *, field: str) -> Person:
    """Return who is meant by a name or a handle. Raises ValidationError when nobody or more than one is."""
    name = text.strip()[:80].replace("\x00", "")
    if not name:
        raise invalid(field, _("Write a name."), "required")
    meant = Q(handle=name) | Q(name=name) | Q(aliases__name=name, aliases__deleted_at=None)
    found = list(Person.objects.current().filter(meant, is_collective=False).distinct()[:2])
    if len(found) > 1:
        found = [person for person in found if person.handle == name]
    if not found:
        raise invalid(field, _("Nobody is called %(name)s here.") % {"name": name}, "unknown")
    return found[0]
