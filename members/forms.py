"""What the forms of every app share, and the forms about people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.actions.profile import MAX_LINKS
from members.models import ChatWish, MailGroup, Person
from members.rules import is_organizer

Made = TypeVar("Made")


def sent(form: forms.Form, act: Callable[[], Made], conflict: dict[str, Any] | None = None) -> Made | None:
    """Do what a form asks for; None when it was not taken.

    Then the form says why; with `conflict`, a conflict is put there instead, as the action raised it, with both texts.
    """
    if not form.is_valid():
        return None
    try:
        return act()
    except ValidationError as error:
        first = next((one for errors in error.error_dict.values() for one in errors), None)
        if conflict is not None and first is not None and first.code == "conflict":
            conflict.update(first.params or {})
            return None
        for name, errors in error.message_dict.items():
            for message in errors:
                form.add_error(name if name in form.fields else None, message)
        return None


class ProfileForm(forms.Form):
    """What somebody says of themselves. Links stand one on a line: the address, then what it is called."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=80)
    bio = forms.CharField(label=_("About you (Markdown)"), required=False, widget=forms.Textarea(attrs={"rows": 6}))
    links = forms.CharField(
        label=_("Links, one on a line: the address, then its name"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://example.org/"}),
    )
    wants_suggestions = forms.BooleanField(label=_("The site may suggest free sections to me"), required=False)
    mails = forms.MultipleChoiceField(
        label=_("What I want by mail besides"),
        choices=MailGroup.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    chat_wish = forms.ChoiceField(
        label=_("When what was said in the chat group is taken in, my words there"),
        choices=ChatWish.choices,
        required=False,
    )

    def __init__(self, data: Any = None, *, person: Person) -> None:
        super().__init__(data, initial=self.of(person))
        if not settings.OPEN_BY_MAIL:
            del self.fields["mails"]
        elif not is_organizer(person):
            self.fields["mails"].choices = [  # type: ignore[attr-defined]
                choice for choice in MailGroup.choices if choice[0] != MailGroup.ORGANIZERS
            ]

    @classmethod
    def of(cls, person: Person) -> dict[str, Any]:
        """Return what stands in the form of a person."""
        lines = [f"{link['url']} {link['title']}".strip() for link in person.links]
        fields = ("version", "name", "bio", "wants_suggestions", "mails", "chat_wish")
        return {**{name: getattr(person, name) for name in fields}, "links": "\n".join(lines)}

    def clean_bio(self) -> str:
        bio: str = self.cleaned_data["bio"].replace("\r\n", "\n").strip()
        return bio

    def clean_links(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]
        parts = [line.partition(" ") for line in lines[: MAX_LINKS + 1]]
        return [{"url": url, "title": title.strip()} for url, _space, title in parts]

    def values(self) -> dict[str, Any]:
        """Return what was sent; a wish that was not is none."""
        return {name: value for name, value in self.cleaned_data.items() if name != "chat_wish" or value}


class EraseForm(forms.Form):
    """Typed by hand, so that nobody leaves by mistake."""

    typed = forms.CharField(label=_("Your user name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
