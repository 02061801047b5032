"""Plain predicates: who may do what with people, and which text may be stored at all. Deny by default."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from markup.merging import has_marks
from members.actors import SYSTEM, Actor, standing
from members.models import Guest, Invitation, Person, Purpose, Role, User

REASON_LIMIT = 200

# Control characters but tab, line feed and carriage return; lone surrogates; the overrides that let text lie about
# its order (Unicode TR 36, "Bidirectional Text Spoofing").
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def is_organizer(by: Actor) -> bool:
    stands = standing(by)
    return stands.is_organizer and not stands.is_suspended


def may_write(by: Actor) -> bool:
    """Signed-in people who are not suspended."""
    stands = standing(by)
    return stands.is_person and not stands.is_suspended and getattr(by, "user", None) is not None


def guest_may(by: Actor, purpose: Purpose, target: object, *, now: datetime) -> bool:
    """Whether this is a guest whose invitation, neither revoked nor over, is for this purpose and target."""
    if not isinstance(by, Guest):
        return False
    user = by.person.user  # whoever was a guest and has an account now is suspended as a guest, too
    if by.person.deleted_at is not None or (user is not None and not (user.is_active and user.suspended_at is None)):
        return False
    own = {"pk": by.invitation_id, "guests": by.pk}  # a guest who erased their account is none any more
    alive = Invitation.objects.standing(now).filter(**own, purpose=purpose, target=str(target))
    return alive.exists()


def may_invite(by: Actor, purpose: str, target: str) -> bool:
    """Organizers and the system to everything; to a target whom the app it belongs to lets (`INVITERS`)."""
    if is_organizer(by) or is_system(by):
        return True
    path = settings.INVITERS.get(purpose)
    return path is not None and may_write(by) and bool(import_string(path)(by, target))


def may_revoke(by: Actor, invitation: Invitation) -> bool:
    """Who made it, and who may make one like it now: organizers and the system any."""
    is_own = isinstance(by, Person) and invitation.created_by_id == by.pk and may_write(by)
    return is_own or may_invite(by, invitation.purpose, invitation.target)


def may_suspend(by: Actor, user: User) -> bool:
    """Organizers, anybody but themselves."""
    return is_organizer(by) and getattr(by, "user_id", None) != user.pk


def may_change_role(by: Actor, user: User) -> bool:
    """Organizers, anybody's but their own, so that there is always one."""
    return is_organizer(by) and getattr(by, "user_id", None) != user.pk


def may_help(by: Actor, user: User) -> bool:
    """Who may make a link that sets another's password: organizers, for members who may sign in."""
    return is_organizer(by) and user.role == Role.MEMBER and user.is_active


def may_keep_names(by: Actor) -> bool:
    """Who keeps the alias book."""
    return is_organizer(by)


def may_edit_person(by: Actor, person: Person) -> bool:
    """Everybody the page about themselves."""
    return may_write(by) and isinstance(by, Person) and by.pk == person.pk


def may_be_claimed(by: Actor, person: Person) -> bool:
    """Whether somebody may say that they are this person of the record."""
    is_free = person.user_id is None and not person.is_collective and person.merged_into_id is None
    return may_write(by) and is_free and person.deleted_at is None


def may_run_work(by: Actor) -> bool:
    """Who may see to background work: try it again, start it now, let it rest."""
    return is_organizer(by)


class StateRefusal(PermissionDenied):
    """Right person, wrong moment: the state of the row refuses, and `code` names the rule (409 in the API)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def require(allowed: bool, message: str) -> None:
    """Raise PermissionDenied with the sentence unless `allowed`."""
    if not allowed:
        raise PermissionDenied(message)


def is_system(by: Actor) -> bool:
    return by is SYSTEM


def invalid(field: str, message: str, code: str) -> ValidationError:
    """Return the error that names the field, the fix and a code for machines."""
    return ValidationError({field: [ValidationError(message, code=code)]})


def in_one(sentences: Iterable[str]) -> str:
    """Return sentences as one text, joined as the reader's language joins them: Chinese puts nothing between."""
    text = ""
    for sentence in map(str, sentences):
        text = _("%(sentence)s %(next)s") % {"sentence": text, "next": sentence} if text else sentence
    return text


def check_text(value: str, *, field: str, limit: int, required: bool = False) -> str:
    """Return `value` unchanged when it may be stored in `field`; raises ValidationError naming field and fix.

    Text is never cleaned behind its writer's back: what cannot be kept is refused.
    """
    if found := FORBIDDEN.search(value):
        message = _("Character %(n)d is an invisible control character (U+%(code)s). Remove it and send again.")
        values = {"n": found.start() + 1, "code": f"{ord(found[0]):04X}"}
        raise invalid(field, message % values, "control_character")
    if has_marks(value):
        message = _("There are still marks of two texts in it. Make one text of both and take the marked lines out.")
        raise invalid(field, message, "unmerged")
    if len(value) > limit:
        message = _("This is %(n)d characters long; at most %(limit)d are possible. Shorten it or split it in two.")
        raise invalid(field, message % {"n": len(value), "limit": limit}, "too_long")
    if required and not value.strip():
        raise invalid(field, _("Write something first."), "required")
    return value
