"""Writes about people: persons named in documents, logins, organizers."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.models import Alias, Person, Role, User
from members.rules import check_text, invalid, is_organizer, is_system, require

# A real collective: the group's members, credited together (design, "People").
COLLECTIVES = ("群友",)


def handle_for(name: str) -> str:
    """Return the part of `/people/<handle>/` for a name: letters, digits and single hyphens, Han kept."""
    kept = [
        char.lower() if unicodedata.category(char)[0] in "LNM" else "-" for char in unicodedata.normalize("NFC", name)
    ]
    return "-".join(part for part in "".join(kept).split("-") if part)[:60] or "person"


def _free_handle(name: str) -> str:
    base = handle_for(name)
    taken = set(Person.objects.filter(handle__startswith=base).values_list("handle", flat=True))
    if base not in taken:
        return base
    return next(handle for n in range(2, len(taken) + 3) if (handle := f"{base}-{n}") not in taken)


def find_or_name(names: Iterable[str], *, by: Actor, now: datetime) -> dict[str, Person]:
    """Return the Person of every written name, making Person and Alias for names the alias book does not know.

    Runs inside the caller's transaction. Never makes or touches a User.
    """
    wanted = list(dict.fromkeys(names))
    known = {
        alias.name: alias.person.merged_into or alias.person
        for alias in Alias.objects.filter(name__in=wanted).select_related("person__merged_into")
    }
    for name in sorted(set(wanted) - set(known)):  # in one order everywhere, or two imports wait for each other
        person = Person.objects.create(
            handle=_free_handle(name),
            name=name,
            is_collective=name in COLLECTIVES,
            created_at=now,
            changed_at=now,
        )
        Alias.objects.create(person=person, name=name, created_at=now, changed_at=now)
        record(by=by, now=now, verb="name", kind="person", key=person.pk, after={"name": name})
        known[name] = person
    return known


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
    user = User(username=User.normalize_username(username), role=role, is_staff=role == Role.ORGANIZER)
    user.is_superuser = role == Role.ORGANIZER
    user.clean_fields(exclude=["password"])
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    with transaction.atomic():
        if User.objects.filter(username__iexact=user.username).exists():
            raise invalid("username", _("This user name is taken."), "taken")
        user.save()
        person = _person_for(user, claim=claim, now=now)
        record(
            by=by,
            now=now,
            verb="create_user",
            kind="person",
            key=person.pk,
            after={"username": user.username},
        )
    return user


def _person_for(user: User, *, claim: Person | None, now: datetime) -> Person:
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
        handle=_free_handle(user.username), name=user.username, user=user, created_at=now, changed_at=now
    )
    Alias.objects.get_or_create(name=user.username, defaults={"person": person, "created_at": now, "changed_at": now})
    return person
