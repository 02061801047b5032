"""The forms that open an account: django-allauth's own, with the code of an invitation in front.

What they answer does not tell who exists: without a code that opens an account nothing else is looked at, and an
address that has one is answered as a new one is.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm as AccountResetForm
from allauth.account.forms import SignupForm as AccountForm
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.forms import SignupForm as ProviderForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members.accounts import CODE
from members.actions import logins
from members.actions.invitations import closed, nobody_yet, refuse_taken
from members.actors import guest_at
from members.models import Invitation, Purpose, User


class ByInvitation(forms.Form):
    """What both forms have: the code, and a user name that is compared with others only for who holds one."""

    template = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = context.request.session.get(CODE, "")
        self.fields["code"] = forms.CharField(
            label=_("Invitation code") if not settings.OPEN_BY_MAIL else _("Invitation code, if you have one"),
            max_length=40,
            required=not settings.OPEN_BY_MAIL,
            initial=known,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        self.order_fields(["code", "username", "email", "password1", "password2"])
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["email"].required = False
        self.fields["email"].help_text = _("With a code leave it empty: you add it afterwards, and a mail proves it.")
        if not settings.OPEN_BY_MAIL:
            del self.fields["email"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if code and not Invitation.objects.with_key(code).open(timezone.now()).filter(purpose=Purpose.JOIN).exists():
            raise closed().error_dict["code"][0]
        return code

    def clean_username(self) -> str:
        name: str = get_adapter().clean_username(self.cleaned_data["username"], shallow=True)
        if self.cleaned_data.get("code"):
            try:
                refuse_taken(name, but=nobody_yet(guest_at(context.request)))
            except ValidationError as error:
                raise forms.ValidationError([_with_link(one) for one in error.error_dict["name"]]) from error
        return name

    def validate_unique_email(self, value: str) -> str:
        """Only who has proven an address has it; with a code none is kept, so none is looked up."""
        by_mail = not self.cleaned_data.get("code")
        self.account_already_exists = by_mail and EmailAddress.objects.filter(email=value, verified=True).exists()
        return value if by_mail else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if settings.OPEN_BY_MAIL and not cleaned.get("code") and not cleaned.get("email") and not self.errors:
            self.add_error("email", _("Without a code, an address that you can prove is yours opens the account."))
        return cleaned

    def save(self, request: HttpRequest) -> User:
        """Open the account; the address is to be proven even if somebody else says it is theirs: allauth drops it then,
        and who has none would be let in."""
        opened: User = super().save(request)  # type: ignore[misc]
        if email := self.cleaned_data.get("email"):
            logins.keep_address(user=opened, email=email)
        return opened

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Open the account; somebody may have been faster to the last place or to the name."""
        if self.account_already_exists:
            User().set_password(self.cleaned_data.get("password1"))  # the same work as for a new account
        try:
            return super().try_save(request)  # type: ignore[misc]
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                self.add_error(field if field in self.fields else None, messages)
            return None, render(request, self.template, {"form": self}, status=400)


def _with_link(error: ValidationError) -> Any:
    """Return a refusal whose address one can follow."""
    claim = (error.params or {}).get("claim")
    if claim is None:
        return error
    link = format_html('<a href="{}">{}</a>', claim, claim)
    return format_html(str(error.message).replace("%(claim)s", "{}"), link)


class SignupForm(ByInvitation, AccountForm):
    """An account with a password."""

    template = "account/signup.html"


class ResetForm(AccountResetForm):
    """Asks for a mail that sets a new password: it goes to who has proven the address."""

    users: list[User]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        proven = EmailAddress.objects.filter(email=email.lower(), verified=True).values_list("user_id", flat=True)
        self.users = [user for user in self.users if user.pk in set(proven)]
        return email


class SocialSignupForm(ByInvitation, ProviderForm):
    """An account that GitHub or Weixin opens: they say who it is, an invitation that it may."""

    template = "socialaccount/signup.html"
