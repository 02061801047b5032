"""What organizers do about logins: suspend them, lift that, give roles, and make a link that sets a new password."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actions.invitations import end_invitations
from members.actors import Actor
from members.models import Person, Role, Token, User
from members.rules import (
    REASON_LIMIT,
    StateRefusal,
    check_text,
    invalid,
    may_change_role,
    may_help,
    may_suspend,
    require,
)


def suspend(*, person: Person, reason: str, by: Actor, now: datetime) -> User:
    """Let a login only read; its sessions, tokens and invitations end at once. Again changes nothing.

    Raises PermissionDenied, StateRefusal for a person without a login, ValidationError for the reason.
    """
    check_text(reason, field="reason", limit=REASON_LIMIT)
    with transaction.atomic():
        user = _locked(person)
        require(may_suspend(by, user), _("Only organizers suspend accounts, and not their own."))
        if user.suspended_at is None:
            user.suspended_at = user.signed_out_at = now
            user.save(update_fields=["suspended_at", "signed_out_at"])
            Token.objects.filter(user=user, revoked_at=None).update(revoked_at=now)
            end_invitations(person=person, by=by, now=now)
            record(by=by, now=now, verb="suspend", kind="person", key=person.pk, reason=reason)
    return user


def lift(*, person: Person, by: Actor, now: datetime) -> User:
    """Let a suspended login write again; what ended with the suspension stays ended. Raises as `suspend` does."""
    with transaction.atomic():
        user = _locked(person)
        require(may_suspend(by, user), _("Only organizers suspend accounts, and not their own."))
        if user.suspended_at is not None:
            user.suspended_at = None
            user.save(update_fields=["suspended_at"])
            record(by=by, now=now, verb="lift", kind="person", key=person.pk)
    return user


def change_role(*, person: Person, role: str, by: Actor, now: datetime) -> User:
    """Make a member an organizer or an organizer a member. The same role changes nothing.

    Raises PermissionDenied, StateRefusal for a person without a login, ValidationError for an unknown role.
    """
    if role not in Role.values:
        raise invalid("role", _("Unknown role."), "unknown")
    with transaction.atomic():
        user = _locked(person)
        require(may_change_role(by, user), _("Only organizers give roles, and not to themselves."))
        if user.role != role:
            before, user.role = user.role, role
            user.is_staff = user.is_superuser = role == Role.ORGANIZER
            user.save(update_fields=["role", "is_staff", "is_superuser"])
            values = {"before": {"role": before}, "after": {"role": role}}
            record(by=by, now=now, verb="change_role", kind="person", key=person.pk, **values)
    return user


def reset_link(*, person: Person, by: Actor, now: datetime) -> str:
    """Return the path under which a member sets a new password: signed, used once, good for PASSWORD_RESET_TIMEOUT.

    Raises PermissionDenied: organizers help members, not each other (the operator does that).
    """
    with transaction.atomic():
        user = _locked(person)
        require(may_help(by, user), _("Organizers make such links for members only."))
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
        record(by=by, now=now, verb="reset_link", kind="person", key=person.pk)
    uid, _dash, token = key.partition("-")
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


def _locked(person: Person) -> User:
    user = User.objects.select_for_update().filter(person=person).first()
    if user is None:
        raise StateRefusal(_("Nobody signs in as this person."), code="no_login")
    return user


def keep_address(*, user: User, email: str) -> None:
    """Keep the address that a new account is to prove, unless it has one; django-allauth is told of it."""
    if not EmailAddress.objects.filter(user=user).exists():
        made = EmailAddress.objects.create(user=user, email=email, primary=True)
        EmailAddress.objects.fill_cache_for_user(user, [made])
