"""Who may sign in, and how django-allauth behaves here: accounts are made by organizers until invitations arrive."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop, ngettext_lazy

from members.models import User

# User names of the sample. Its passwords lie in a file, so they open nothing on a real site.
SAMPLE_PREFIX = "sample-"
# Sentences of Django and django-allauth that our catalogue has instead of theirs: Django 5.2 asks for the first under
# another key than its Chinese catalogue knows, the others say 您 where the site says 你.
SAID_BY_OTHERS = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
        0,
    ),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("Successfully signed in as %(name)s."),
    gettext_noop("You have signed out."),
    gettext_noop("Please type your current password."),
    gettext_noop("You must type the same password each time."),
)


def may_sign_in(user: User) -> bool:
    """Whether this login is alive: active, and no sample login while DEBUG is off."""
    return user.is_active and (settings.DEBUG or not user.username.startswith(SAMPLE_PREFIX))


class Backend(AuthenticationBackend):
    """Signs in, and keeps signed in, only who may."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is closed; sign-in is by user name and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        # allauth goes on to the login with a user its backend has turned away, to tell him why
        if not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)
