"""Writes about people: persons named in documents, logins, organizers."""

import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from markup import html
from members.actions.events import event_of, record, record_all
from members.actors import Actor
from members.models import Alias, Person, Role, User
from members.names import is_reserved
from members.rules import check_text, invalid, is_organizer, is_system, require

T = TypeVar("T")

# A real collective: the group's members, credited together (design, "People").
COLLECTIVES = ("群友",)
# What stands where the name of somebody stood who erased their account.
ERASED = "已注销"
# How often a name is tried for that others take in the same moment; each time at least one of them has got theirs.
TRIES = 10


def anew(act: Callable[[], T]) -> T:
    """Do an act that names somebody in a transaction; again, and seeing who was faster, when the database refuses it
    because a name or handle was taken in that moment. Raises ValidationError when too many want it at once.
    """
    for _attempt in range(TRIES):
        with suppress(IntegrityError), transaction.atomic():
            return act()
    raise invalid("name", _("Several people are taking this name in this moment. Send it again."), "taken")


def handle_for(name: str) -> str:
    """Return the part of `/people/<handle>/` for a name: letters, digits and single hyphens, Han kept."""
    kept = [
        char.lower() if unicodedata.category(char)[0] in "LNM" else "-" for char in unicodedata.normalize("NFC", name)
    ]
    return "-".join(part for part in "".join(kept).split("-") if part)[:60] or "person"


def _free_handles(names: list[str]) -> dict[str, str]:
    """Return a handle for each name; names that would share one are numbered in order."""
    bases = {name: handle_for(name) for name in names}
    taken: set[str] = set()
    for part in _chunks(list(dict.fromkeys(bases.values()))):
        taken.update(Person.objects.filter(handle__in=part).values_list("handle", flat=True))
    numbers: dict[str, int] = {}
    handles: dict[str, str] = {}
    for name, base in bases.items():
        handle = base
        if handle in taken and base not in numbers:
            numbers[base] = 2
            taken.update(Person.objects.filter(handle__startswith=f"{base}-").values_list("handle", flat=True))
        while handle in taken:
            handle = f"{base}-{numbers[base]}"
            numbers[base] += 1
        taken.add(handle)
        handles[name] = handle
    return handles


def _chunks(values: list[str], size: int = 500) -> Iterable[list[str]]:
    """No database takes any number of values in one query."""
    return (values[start : start + size] for start in range(0, len(values), size))


def free_handle(name: str) -> str:
    """Return the handle that a new person of this name gets."""
    return _free_handles([name])[name]


def find_or_name(names: Iterable[str], *, by: Actor, now: datetime) -> dict[str, Person]:
    """Return the Person of every written name, making Person and Alias for names the alias book does not know.

    A name that a document writes with characters that nobody sees, or that turn its order round, is the name one reads.
    Runs inside the caller's transaction. Never makes or touches a User.
    """
    read = {name: html.printable(name).strip() or "\ufffd" for name in names}
    known = anew(lambda: _found_or_named(list(dict.fromkeys(read.values())), by=by, now=now))
    return known | {name: known[shown] for name, shown in read.items()}


def _found_or_named(wanted: list[str], *, by: Actor, now: datetime) -> dict[str, Person]:
    known = {
        alias.name: alias.person.merged_into or alias.person
        for part in _chunks(wanted)
        for alias in Alias.objects.filter(name__in=part).select_related("person__merged_into")
    }
    missing = sorted(set(wanted) - set(known))  # in one order everywhere, or two imports wait for each other
    common = {"created_at": now, "changed_at": now}
    made = Person.objects.bulk_create(
        [
            Person(handle=handle, name=name, is_collective=name in COLLECTIVES, **common)
            for name, handle in _free_handles(missing).items()
        ],
        batch_size=500,
    )
    Alias.objects.bulk_create([Alias(person=person, name=person.name, **common) for person in made], batch_size=500)
    record_all(
        event_of(by=by, now=now, verb="name", kind="person", key=person.pk, after={"name": person.name})
        for person in made
    )
    return known | {person.name: person for person in made}


def create_user(
    *, username: str, password: str, role: str, by: Actor, now: datetime, claim: Person | None = None
) -> User:
    """Create a login with its Person. `claim` gives it an existing Person that nobody holds.

    Raises PermissionDenied, and ValidationError for a bad name or password.
    """
    require(is_organizer(by) or is_system(by), _("Only organizers create accounts."))
    if role not in Role.values:
        raise invalid("role", _("Unknown role."), "unknown")
    check_text(username, field="username", limit=80, required=True)
    if is_reserved(username):
        raise invalid("username", _("The record signs its summaries so; choose another name."), "taken")
    user = User(username=User.normalize_username(username), role=role, is_staff=role == Role.ORGANIZER)
    user.is_superuser = role == Role.ORGANIZER
    user.clean_fields(exclude=["password"])
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)

    def make() -> None:
        if User.objects.filter(username__iexact=user.username).exists():
            raise invalid("username", _("This user name is taken."), "taken")
        save_new(user)
        person = give_person(user, claim=claim, now=now)
        record(
            by=by,
            now=now,
            verb="create_user",
            kind="person",
            key=person.pk,
            after={"username": user.username},
        )

    anew(make)
    return user


def save_new(user: User) -> None:
    """Insert a new login, also where an attempt to do so was rolled back before."""
    user.pk = None
    user.save(force_insert=True)


def give_person(user: User, *, claim: Person | None, now: datetime) -> Person:
    """Give a new login its name in the record: `claim`, or one made of its user name. Runs inside the caller's act.

    Raises ValidationError for a person who is somebody else's or a group.
    """
    if claim is not None:
        person = Person.objects.select_for_update().get(pk=claim.pk)
        if person.user_id is not None or person.is_collective:
            raise invalid("person", _("This person belongs to another account or is a group."), "taken")
        person.user = user
        person.version += 1
        person.changed_at = now
        person.save(update_fields=["user", "version", "changed_at"])
        return person
    person = Person.objects.create(
        handle=free_handle(user.username), name=user.username, user=user, created_at=now, changed_at=now
    )
    Alias.objects.get_or_create(name=user.username, defaults={"person": person, "created_at": now, "changed_at": now})
    return person
