"""How people come in: invitations are made and revoked, guests enter, accounts are opened."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.people import COLLECTIVES, ERASED, anew, free_handle, give_person, save_new
from members.actors import Actor
from members.models import Alias, Guest, Invitation, Person, Purpose, User
from members.names import RESERVED, is_reserved, looks, seen
from members.rules import StateRefusal, check_text, invalid, is_organizer, is_system, may_invite, may_revoke, require

NAME_LIMIT = 40
NOTE_LIMIT = 80
MAX_PLACES = 1000
# Two leads and a standby: how many a host lets in by one link.
FEW_PLACES = 3
LONGEST = timedelta(days=400)
# What comes by a link to answer, and for how long: it lets anybody write under somebody's name.
ANSWERS = 20
ANSWER_DAYS = 14


def invite(
    *,
    purpose: str,
    target: str = "",
    places: int = 1,
    expires_at: datetime | None = None,
    note: str = "",
    person: Person | None = None,
    by: Actor,
    now: datetime,
) -> Invitation:
    """Make an invitation; its `key` is the code. A guest's has a target (a section's id, an episode's code).

    One to answer a question (its public id) is for a `person`, ends after 14 days and takes 20 answers at most.
    Raises PermissionDenied (`may_invite`), ValidationError for values that cannot be used.
    """
    require(may_invite(by, purpose, target), _("Only organizers invite, and hosts to the sections of their evening."))
    if purpose not in Purpose.values:
        raise invalid("purpose", _("Choose what the invitation is for."), "unknown")
    if bool(target) == (purpose == Purpose.JOIN):
        raise invalid("target", _("Choose what the guests may do it to; an account has no such thing."), "invalid")
    if not 1 <= places <= MAX_PLACES:
        raise invalid("places", _("From 1 to %(limit)d people.") % {"limit": MAX_PLACES}, "invalid")
    if expires_at is not None and not now < expires_at <= now + LONGEST:
        raise invalid("expires_at", _("It ends in the future, and within 400 days."), "invalid")
    if (purpose == Purpose.ANSWER) != (person is not None):
        raise invalid("person", _("A link to answer is for one person of the record, any other for nobody."), "invalid")
    if purpose == Purpose.ANSWER:
        expires_at = _in_bounds_of_answers(places, expires_at, now)
    elif not (is_organizer(by) or is_system(by)):
        expires_at = _in_bounds(purpose, target, places, expires_at)
    check_text(note, field="note", limit=NOTE_LIMIT)
    check_text(target, field="target", limit=80)
    with transaction.atomic():
        made = Invitation.objects.create(
            purpose=purpose,
            target=target,
            places=places,
            expires_at=expires_at,
            note=note,
            person=person,
            created_by=by if isinstance(by, Person) else None,
            created_at=now,
            changed_at=now,
        )
        said = {"purpose": purpose, "target": target, "places": places, "note": note}
        record(by=by, now=now, verb="invite", kind="invitation", key=made.pk, after=said)
    return made


def _in_bounds(purpose: str, target: str, places: int, expires_at: datetime | None) -> datetime | None:
    """Return when an invitation of somebody who is no organizer ends. Raises ValidationError for more than that."""
    if places > FEW_PLACES:
        raise invalid("places", _("From 1 to %(limit)d people.") % {"limit": FEW_PLACES}, "invalid")
    last: datetime | None = import_string(settings.INVITATIONS_END[purpose])(target)
    if last is not None and expires_at is not None and expires_at > last:
        raise invalid("expires_at", _("It ends when the evening begins."), "invalid")
    return expires_at or last


def _in_bounds_of_answers(places: int, expires_at: datetime | None, now: datetime) -> datetime:
    """Return when a link to answer ends. Raises ValidationError for more answers or days than it may have."""
    if places > ANSWERS:
        raise invalid("places", _("From 1 to %(limit)d answers.") % {"limit": ANSWERS}, "invalid")
    last = now + timedelta(days=ANSWER_DAYS)
    if expires_at is not None and expires_at > last:
        raise invalid("expires_at", _("It ends within %(n)d days.") % {"n": ANSWER_DAYS}, "invalid")
    return expires_at or last


def revoke(*, invitation: Invitation, by: Actor, now: datetime) -> Invitation:
    """Let nobody in by it any more, and take from its guests what they might do. Twice is once.

    Organizers any, others what they made themselves or may make now. Raises PermissionDenied.
    """
    require(may_revoke(by, invitation), _("Only organizers and who made it revoke an invitation."))
    with transaction.atomic():
        row = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if row.revoked_at is None:
            _end(row, by=by, now=now)
    return row


def end_invitations(*, person: Person, targets: Collection[str] | None = None, by: Actor, now: datetime) -> None:
    """Revoke what somebody made, all or that to claim or answer these; for the act that takes their right to it."""
    rows = Invitation.objects.select_for_update().filter(created_by=person, revoked_at=None, deleted_at=None)
    if targets is not None:
        rows = rows.filter(purpose__in=(Purpose.CLAIM, Purpose.ANSWER), target__in=targets)
    for row in rows.order_by("pk"):
        _end(row, by=by, now=now)


def _end(row: Invitation, *, by: Actor, now: datetime) -> None:
    row.revoked_at = row.changed_at = now
    row.version += 1
    row.save(update_fields=["revoked_at", "changed_at", "version"])
    record(by=by, now=now, verb="revoke_invitation", kind="invitation", key=row.pk)


def enter(*, key: str, name: str, now: datetime, guest: Guest | None = None) -> Guest:
    """Let somebody in as a named guest; `guest` is who this browser was before: the same person, without a new name.

    Who came in by this invitation already gets no second place. Raises Http404 for a code of no guest's invitation,
    StateRefusal for one that lets nobody in (any more), ValidationError for a name that cannot be used or is taken.
    """

    def act() -> Guest:
        invitation = locked(key)
        if invitation.purpose in (Purpose.JOIN, Purpose.ANSWER):
            raise Http404
        known = nobody_yet(guest)
        if known is not None and (again := Guest.objects.filter(invitation=invitation, person=known).first()):
            return again
        take_place(invitation, now=now)
        person = known or _named(name, now=now)
        made = Guest.objects.create(invitation=invitation, person=person, created_at=now)
        after = {"invitation": invitation.pk, "name": person.name}
        record(by=made, now=now, verb="enter", kind="person", key=person.pk, after=after)
        return made

    return anew(act)


def join(*, key: str, user: User, now: datetime, guest: Guest | None = None) -> User:
    """Open an account: save a new `user` whose password is set. Without a code only where mail proves an address.

    Who comes by mail gets the user name they wish for, or one near it. The person that `guest` made in this browser
    becomes theirs. Raises ValidationError: for a code that opens nothing (`closed`) and a user name that is taken.
    """
    wish = user.username

    def act() -> None:
        if key or not settings.OPEN_BY_MAIL:
            try:
                invitation = locked(key)
                if invitation.purpose != Purpose.JOIN:
                    raise Http404
                take_place(invitation, now=now)
            except (Http404, StateRefusal) as error:
                raise closed(str(error) if isinstance(error, StateRefusal) else "") from error
            user.invitation = invitation
        claim = nobody_yet(guest)
        if key:
            _check_username(user.username, claim)
        else:  # nobody learns here whether a name is taken
            user.username = _free_username(wish, claim)
        save_new(user)
        person = give_person(user, claim=claim, now=now)
        after = {"username": user.username, "invitation": user.invitation_id}
        record(by=person, now=now, verb="join", kind="person", key=person.pk, after=after)

    anew(act)
    return user


def _check_username(name: str, claim: Person | None) -> None:
    try:
        refuse_taken(name, but=claim)
    except ValidationError as error:
        raise ValidationError({"username": error.error_dict["name"]}) from error


def _free_username(wanted: str, claim: Person | None) -> str:
    known = _known(but=claim)
    for number in range(1, 1000):
        name = wanted if number == 1 else f"{wanted}{number}"
        if not looks(name) & known.keys():
            return name
    raise invalid("username", _("Choose another user name."), "taken")


def closed(why: str = "") -> ValidationError:
    """Return the refusal of a code, the same for every code that opens nothing unless it is known to be real."""
    return invalid("code", why or _("This code opens no account. Ask whoever sent it for another."), "closed")


def locked(key: str) -> Invitation:
    """Lock the invitation of a code. Raises Http404 for any other text."""
    row = Invitation.objects.with_key(key).filter(deleted_at=None).select_for_update().first()
    if row is None:
        raise Http404
    return row


def take_place(invitation: Invitation, *, now: datetime) -> None:
    """Count one more under the lock of the invitation. Raises StateRefusal when it lets nobody in."""
    if not Invitation.objects.standing(now).filter(pk=invitation.pk).exists():
        message = _("This invitation has ended. Ask whoever sent it for another.")
        raise StateRefusal(message, code="invitation_ended")
    if invitation.used >= invitation.places:
        message = _("All places of this invitation are taken. Ask whoever sent it for another.")
        raise StateRefusal(message, code="invitation_full")
    invitation.used += 1
    invitation.save(update_fields=["used"])


def nobody_yet(guest: Guest | None) -> Person | None:
    """Return a guest's person while it is still the guest's: without a login, neither merged nor erased."""
    if guest is None:
        return None
    own = Person.objects.filter(pk=guest.person_id, guests=guest.pk)
    return own.filter(user=None, is_collective=False).current().first()


def _named(name: str, *, now: datetime) -> Person:
    """Make the Person of a guest. Raises ValidationError for a name that is taken (`refuse_taken`)."""
    check_name(name, limit=NAME_LIMIT)
    refuse_taken(name)
    stamp = {"created_at": now, "changed_at": now}
    person = Person.objects.create(handle=free_handle(name), name=name, **stamp)
    Alias.objects.get_or_create(name=name, defaults={"person": person, **stamp})
    return person


def check_name(name: str, *, limit: int) -> None:
    """Raise ValidationError for what cannot stand as a name of one person."""
    check_text(name, field="name", limit=limit, required=True)
    if not seen(name).replace("\u2800", "").strip():  # a braille cell without dots
        raise invalid("name", _("Write something first."), "required")
    if name != " ".join(name.split()):
        message = _("A name stands on one line, without white space around it.")
        raise invalid("name", message, "invalid")
    if name == ERASED:
        raise invalid("name", _("This stands for those who have left; choose another name."), "taken")
    if is_reserved(name):
        raise invalid("name", _("The record signs its summaries so; choose another name."), "taken")


def refuse_taken(name: str, *, but: Person | None = None) -> None:
    """Raise ValidationError for a name that looks like that of a group, of somebody (`but` this one) who signs in, or
    of somebody in the record: then with code `in_record` and, as `claim`, where one says that it is oneself.

    What only guests are called is free: anybody may have come in under it, so it stands for nobody.
    """
    known = _known(but=but)
    holders = [known[each] for each in looks(name) if each in known]
    if None in holders:
        message = _("This name belongs to somebody with an account. If it is you, sign in; else add something to it.")
        raise invalid("name", message, "taken")
    for holder in holders:
        message = _(
            "This name is in the record already. If it is you, take another one for now, sign in and claim it at"
            " %(claim)s; else add something to it."
        )
        params = {"claim": reverse("person-claim", args=[holder])}
        raise ValidationError({"name": [ValidationError(message, code="in_record", params=params)]})


def _known(*, but: Person | None) -> dict[str, str | None]:
    """Return what taken names are taken for (`looks`): with the handle of who bears one in the record, else None."""
    own = but.pk if but is not None else None
    came, joined = Guest.objects.values("person"), Person.objects.exclude(merged_into=None).values("merged_into")
    only_guests = Q(person__user=None, person__in=came) & ~Q(person__in=joined)
    aliases = Alias.objects.filter(deleted_at=None).exclude(person=own).exclude(only_guests)
    free = Q(person__user=None, person__is_collective=False)
    found: dict[str, str | None] = {
        each: handle
        for name, handle in aliases.filter(free).values_list("name", "person__handle")
        for each in looks(name)
    }
    theirs = aliases.exclude(free).values_list("name", flat=True)
    logins = User.objects.exclude(person=own).values_list("username", flat=True)
    shown = Person.objects.exclude(user=None).exclude(pk__in=[own]).values_list("name", flat=True)
    others = (*theirs, *logins, *shown, ERASED, *COLLECTIVES, *RESERVED)
    return found | {each: None for name in others for each in looks(name)}
