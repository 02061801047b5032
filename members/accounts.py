"""Who may sign in, and how django-allauth behaves here: accounts are opened by invitation, or where mail is
configured by a verified address.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop, ngettext_lazy

from members.actions import invitations, tokens
from members.actors import GUEST, guest_at
from members.models import User
from members.sealing import seal, unseal

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
    gettext_noop("The email address and/or password you specified are not correct."),
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
    """The sign-up page is there for everybody; it opens an account only for a code or a verified address."""

    def clean_username(self, username: str, shallow: bool = False) -> str:
        cleaned: str = super().clean_username(username, shallow=shallow)
        if cleaned.startswith(SAMPLE_PREFIX):
            raise self.validation_error("username_blacklisted")
        return cleaned

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> User:
        """Open the account. Raises what `join` raises; the sign-up forms say it."""
        data = form.cleaned_data
        # who has a code proves an address afterwards, on the page of their account
        user.username, user.email = data["username"], "" if data["code"] else data.get("email") or ""
        if data.get("password1"):
            user.set_password(data["password1"])
        else:
            user.set_unusable_password()
        made = invitations.join(key=data["code"], user=user, now=timezone.now(), guest=guest_at(request))
        for name in (GUEST, CODE):
            request.session.pop(name, None)
        return made

    def set_password(self, user: Any, password: str) -> None:
        """Set another password, changed or reset; django-allauth's one door for both."""
        tokens.set_password(user=user, password=password, now=timezone.now())

    def get_login_stages(self) -> list[str]:
        ours = f"{VerifiedIfOpenedByMail.__module__}.{VerifiedIfOpenedByMail.__qualname__}"
        return [ours if stage.endswith(".EmailVerificationStage") else stage for stage in super().get_login_stages()]

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        # allauth goes on to the login with a user its backend has turned away, to tell him why
        if not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)


# Where the session keeps the code of the invitation that a visitor came by, while they sign up.
CODE = "invitation"


class VerifiedIfOpenedByMail(EmailVerificationStage):
    """Who was invited, or made by an organizer, signs in without an address; who came by mail proves it first.

    Without a user the sign-up was for an address that has an account: what follows is the same (allauth's prevention
    of enumeration).
    """

    def handle(self) -> Any:
        user = self.login.user
        if user is not None:
            by_mail = user.invitation_id is None and EmailAddress.objects.filter(user=user).exists()
            self.login.email_verification = (
                EmailVerificationMethod.MANDATORY if by_mail else EmailVerificationMethod.NONE
            )
        return super().handle()


# What second factors are sealed for.
FACTORS = "members.MFAAdapter"


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted with SECRET_KEY, so that the database alone opens nothing."""

    def encrypt(self, text: str) -> str:
        return seal(text, purpose=FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, purpose=FACTORS)

    def _get_site_name(self) -> str:
        return "OpenLLM Talk"
