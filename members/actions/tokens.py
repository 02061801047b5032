"""Keys to the API: made once, shown once, revoked for good."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import ANONYMOUS, Actor
from members.models import Person, Scope, Token, User
from members.rules import check_text, invalid, is_system, may_write

TOKENS_PER_USER = 50
NAME_LIMIT = 80


def create_token(*, user: User, scope: str, name: str, by: Actor, now: datetime) -> tuple[Token, str]:
    """Make a token of `user` and return it with its key, which is shown now and never again.

    Raises PermissionDenied unless `by` is the user's own person or the operator, ValidationError for bad values.
    """
    own = isinstance(by, Person) and by.user_id == user.pk and may_write(by)
    if not (own or is_system(by)):
        raise PermissionDenied(_("Everybody makes their own tokens."))
    if scope not in Scope.values:
        raise invalid("scope", _("Choose read or write."), "unknown")
    check_text(name, field="name", limit=NAME_LIMIT)
    key = Token.new_key()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Token.objects.filter(user=user).valid(now).count() >= TOKENS_PER_USER:
            raise invalid("name", _("You have 50 tokens; revoke one first."), "too_many")
        token = Token.objects.create(
            user=user, name=name, scope=scope, digest=Token.digest_of(key), hint=key[:10], created_at=now
        )
        record(by=by, now=now, verb="create_token", kind="token", key=token.pk, after={"name": name, "scope": scope})
    return token, key


def revoke_token(*, token: Token, by: Actor, now: datetime) -> None:
    """Take a token back. Raises Http404 for somebody else's, as if it did not exist."""
    if not (isinstance(by, Person) and by.user_id == token.user_id):
        raise Http404
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            record(by=by, now=now, verb="revoke_token", kind="token", key=token.pk)


def set_password(*, user: User, password: str, now: datetime) -> None:
    """Set a login's password and take all its tokens back: whoever knew the old one may have made them."""
    user.set_password(password)
    by = Person.objects.filter(user=user).first() or ANONYMOUS
    with transaction.atomic():
        user.save()
        take_back(user=user, by=by, now=now)


def take_back(*, user: User, by: Actor, now: datetime) -> int:
    """Revoke every token of a login whose password has changed; return how many these were."""
    with transaction.atomic():
        tokens = list(Token.objects.select_for_update().filter(user=user, revoked_at=None))
        Token.objects.filter(pk__in=[token.pk for token in tokens]).update(revoked_at=now)
        for token in tokens:
            record(by=by, now=now, verb="revoke_token", kind="token", key=token.pk)
    return len(tokens)


def note_use(*, token: Token, now: datetime) -> None:
    """Note that a token was used, at most once a minute, so that reads stay reads."""
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
