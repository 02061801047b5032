"""A login says that a name in the record is theirs; an organizer decides."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.names import merge
from members.actions.notifications import notify
from members.actors import Actor
from members.models import Person, PersonRequest, RequestState, Role
from members.rules import REASON_LIMIT, StateRefusal, check_text, may_keep_names, may_write, require

MESSAGE_LIMIT = 1000
MAX_OPEN = 5


def request_person(*, person: Person, message: str, by: Actor, now: datetime) -> PersonRequest:
    """Say that this name in the record is one's own; organizers are told. Asking again changes the message.

    Raises PermissionDenied, ValidationError for the message, StateRefusal for a person who cannot be claimed.
    """
    require(may_write(by), _("Sign in to say who you are."))
    assert isinstance(by, Person)  # noqa: S101 - for the type checker; the line above has raised
    assert by.user is not None  # noqa: S101
    check_text(message, field="message", limit=MESSAGE_LIMIT)
    with transaction.atomic():
        row = Person.objects.select_for_update().get(pk=person.pk)
        _check_claimable(row, by)
        own = PersonRequest.objects.filter(user=by.user, state=RequestState.OPEN, deleted_at=None)
        if not own.filter(person=row).exists() and own.count() >= MAX_OPEN:
            raise StateRefusal(_("Five of your requests wait already."), code="too_many")
        stamp = {"created_at": now, "changed_at": now}
        made, is_new = PersonRequest.objects.update_or_create(
            user=by.user,
            person=row,
            state=RequestState.OPEN,
            deleted_at=None,
            defaults={"message": message, "changed_at": now},
            create_defaults={"message": message, **stamp},
        )
        record(by=by, now=now, verb="request_person", kind="person", key=row.pk, after={"message": message})
        if is_new:
            organizers = Person.objects.current().filter(user__role=Role.ORGANIZER, user__is_active=True)
            values = {"person": row.name, "who": by.name}
            notify(organizers, kind="person_requested", target=("person", row.handle), by=by, now=now, **values)
    return made


def approve(*, request: PersonRequest, by: Actor, now: datetime) -> PersonRequest:
    """Let the login be that person: what it did under its own name becomes theirs (a merge, which can be undone).

    Raises PermissionDenied, StateRefusal for a request that is decided or a person who is somebody's meanwhile.
    """
    require(may_keep_names(by), _("Only organizers decide who is who."))
    with transaction.atomic():
        row = _locked(request)
        person = Person.objects.select_for_update().get(pk=row.person_id)
        own = Person.objects.filter(user=row.user).first()
        _check_claimable(person, own)
        if own is None:
            person.user = row.user
            person.version += 1
            person.changed_at = now
            person.save(update_fields=["user", "version", "changed_at"])
        else:
            merge(person=own, into=person, by=by, now=now)
        _decide(row, RequestState.APPROVED, by=by, now=now)
    return row


def refuse(*, request: PersonRequest, reason: str = "", by: Actor, now: datetime) -> PersonRequest:
    """Say that the login is not that person. Raises PermissionDenied, StateRefusal, ValidationError."""
    require(may_keep_names(by), _("Only organizers decide who is who."))
    check_text(reason, field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        row = _locked(request)
        _decide(row, RequestState.REFUSED, by=by, now=now, reason=reason)
    return row


def _locked(request: PersonRequest) -> PersonRequest:
    rows = PersonRequest.objects.select_for_update(of=("self",)).select_related("user", "person")
    row = rows.get(pk=request.pk)
    if row.state != RequestState.OPEN or row.deleted_at is not None:
        raise StateRefusal(_("This request is decided already."), code="decided")
    return row


def _check_claimable(person: Person, own: Actor | None) -> None:
    if isinstance(own, Person) and own.pk == person.pk:
        raise StateRefusal(_("You are this person already."), code="same")
    if person.user_id is not None:
        raise StateRefusal(_("Somebody else signs in as this person."), code="taken")
    if person.is_collective or person.merged_into_id is not None or person.deleted_at is not None:
        raise StateRefusal(_("This name cannot be anybody's account."), code="not_claimable")


def _decide(row: PersonRequest, state: RequestState, *, by: Actor, now: datetime, reason: str = "") -> None:
    row.state, row.decided_at, row.changed_at = state, now, now
    row.decided_by = by if isinstance(by, Person) else None
    row.version += 1
    row.save(update_fields=["state", "decided_at", "decided_by", "changed_at", "version"])
    verb = "approve_person" if state == RequestState.APPROVED else "refuse_person"
    record(by=by, now=now, verb=verb, kind="person", key=row.person_id, after={"login": row.user_id}, reason=reason)
    told = Person.objects.filter(user=row.user)
    kind = f"person_{state.value}"
    notify(told, kind=kind, target=("person", row.person.handle), by=by, now=now, person=row.person.name, reason=reason)
