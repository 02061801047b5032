"""Who may sign in, and how django-allauth behaves here: accounts are made by organizers until invitations arrive."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest

from members.models import User

# User names of the sample. Its passwords lie in a file, so they open nothing on a real site.
SAMPLE_PREFIX = "sample-"


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
