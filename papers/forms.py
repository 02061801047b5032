"""Forms of reading lists. They only shape what was sent; what may be stored is judged by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from papers.models import EntryKind, ListEntry, ListSection
from papers.rules import HEADINGS, LINE_LIMIT, NOTE_LIMIT, TITLE_LIMIT


class EntryForm(forms.Form):
    """What a person may say of a work on a list."""

    title = forms.CharField(label=_("Title"), required=False, max_length=TITLE_LIMIT)
    url = forms.CharField(label=_("Address"), required=False, max_length=LINE_LIMIT)
    kind = forms.ChoiceField(label=_("Kind"), choices=EntryKind.choices)
    authors = forms.CharField(label=_("Authors"), required=False, max_length=LINE_LIMIT)
    venue = forms.CharField(label=_("Published in"), required=False, max_length=TITLE_LIMIT)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=1900, max_value=2099)
    group = forms.CharField(label=_("Group"), required=False, max_length=TITLE_LIMIT)
    links = forms.CharField(
        label=_("Links, one a line: name and address"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 8})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_links(self) -> list[dict[str, str]]:
        rows = [row.split() for row in self.cleaned_data["links"].splitlines() if row.strip()]
        return [{"label": " ".join(words[:-1]), "url": words[-1]} for words in rows]

    def clean_note(self) -> str:
        return self.cleaned_data["note"].replace("\r\n", "\n")

    def values(self) -> dict[str, Any]:
        """Return what was sent, as the actions take it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def entry_initial(entry: ListEntry) -> dict[str, Any]:
    """Return an entry as the form shows it."""
    names = ("title", "url", "kind", "authors", "venue", "year", "group", "note", "version")
    lines = [f"{link['label']} {link['url']}".strip() for link in entry.links]
    return {**{name: getattr(entry, name) for name in names}, "links": "\n".join(lines)}


class PlaceForm(forms.Form):
    """Where a row is put: behind which, and in which section. An empty `behind` is the beginning."""

    version = forms.IntegerField(required=False)
    section = forms.IntegerField(required=False)
    behind = forms.IntegerField(required=False)


class SectionForm(forms.Form):
    """A heading of a list. One that stands keeps the level it has from a file, or takes one of the two."""

    title = forms.CharField(label=_("Heading"), max_length=TITLE_LIMIT)
    level = forms.TypedChoiceField(
        label=_("Level"), coerce=int, choices=[(2, _("a part of its own")), (3, _("under the part before it"))]
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, section: ListSection | None = None, **more: Any) -> None:
        if section is not None:
            more["initial"] = {name: getattr(section, name) for name in ("title", "level", "version")}
        super().__init__(*args, **more)
        field: Any = self.fields["level"]
        if section is not None and section.level not in HEADINGS:
            field.choices = [(section.level, _("as in the file")), *field.choices]

    def values(self) -> dict[str, Any]:
        """Return what was sent, as the actions take it."""
        return {name: self.cleaned_data[name] for name in ("title", "level")}


class ListForm(forms.Form):
    """A new list."""

    title = forms.CharField(label=_("Title"), max_length=200)
    slug = forms.CharField(label=_("Name in the address"), max_length=80)
