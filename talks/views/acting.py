"""What the pages of acts share: who acts, a refusal as a sentence and a status, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from members.actors import Actor, actor_at
from members.models import Person
from members.rules import StateRefusal, in_one, invalid
from talks.actions.limits import TooMany
from talks.models import Answer, Question

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
    except TooMany as error:
        return Outcome(in_one(error.messages), 429)
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


def unapproved_by(row: Question | Answer) -> str:
    """Return the tag of a message that offers to let wait again what was approved."""
    if isinstance(row, Question):
        return f"unapprove {row.public_id}"
    return f"unapprove {row.question.public_id} {row.pk}"


def way_back(request: HttpRequest, usual: str) -> str:
    """Return where the form wants to go on to, when that is on this site."""
    onward = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if onward.startswith("/") and is_ours else usual  # a bare word would be the name of a page


def person_named(text: str, *, field: str, groups: bool = False) -> Person:
    """Return who is meant by a name, a handle or the address of their page; a group only with `groups`.

    Raises ValidationError when nobody is, and when more than one is: then only an address says who.
    """
    name = text.strip().replace("\x00", "")
    if not name:
        raise invalid(field, _("Write a name."), "required")
    people = Person.objects.current() if groups else Person.objects.current().filter(is_collective=False)
    _way, is_address, handle = name.rstrip("/").rpartition("/people/")
    meant = Q(handle=unquote(handle))
    if not is_address:
        meant = Q(handle=name[:80]) | Q(name=name[:80]) | Q(aliases__name=name[:80], aliases__deleted_at=None)
    found = list(people.filter(meant).distinct().order_by("pk")[:5])
    if len(found) > 1:
        addresses = "、".join(f"/people/{person.handle}/" for person in found)
        sentence = _("More than one is called %(name)s here. Write the address of the one you mean: %(addresses)s")
        raise invalid(field, sentence % {"name": name[:80], "addresses": addresses}, "ambiguous")
    if not found:
        raise invalid(field, _("Nobody is called %(name)s here.") % {"name": name[:80]}, "unknown")
    return found[0]
