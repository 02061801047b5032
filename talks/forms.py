"""Forms of templates. They only shape what was sent; what may be stored is judged by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from talks.actions.templates import (
    BODY_LIMIT,
    BRIEF_LIMIT,
    LOCKS_LIMIT,
    MINUTES_LIMIT,
    PASSAGES,
    SECTIONS,
    TITLE_LIMIT,
    VOTES_LIMIT,
)
from talks.models import Passage, SectionKind, Template


class RuleForm(forms.Form):
    """When the talk is, and how much there is of everything; `edition` is the one that was seen."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    weekday = forms.TypedChoiceField(label=_("Day of the week"), choices=list(WEEKDAYS.items()), coerce=int)
    time = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    locks_before = forms.IntegerField(
        label=_("The board is locked so many hours before"), min_value=0, max_value=LOCKS_LIMIT
    )
    minutes = forms.IntegerField(label=_("Minutes of the whole evening"), min_value=1, max_value=MINUTES_LIMIT)
    votes = forms.IntegerField(label=_("Votes of a person in a week"), min_value=0, max_value=VOTES_LIMIT)


class SectionForm(forms.Form):
    """One section of an edition; one without a title is left out."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LIMIT, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=SectionKind.choices, initial=SectionKind.CUSTOM)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=MINUTES_LIMIT, required=False)
    brief = forms.CharField(
        label=_("What it is for"),
        max_length=BRIEF_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    groups = forms.CharField(
        label=_("Groups, one a line"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_optional = forms.BooleanField(label=_("Optional: left out when nobody takes it"), required=False)

    def value(self) -> dict[str, Any] | None:
        """Return the section as an edition has it, None for an empty row."""
        sent = self.cleaned_data
        if not sent.get("title", "").strip():
            return None
        titles = [line.strip() for line in sent["groups"].splitlines() if line.strip()]
        kept = {name: sent[name] for name in ("title", "kind", "minutes", "is_optional")}
        brief = sent["brief"].replace("\r\n", "\n")
        return {**kept, "brief": brief, "groups": [{"title": title, "body": ""} for title in titles]}


class PassageForm(forms.Form):
    """A text that every episode begins or ends with; one without a title is left out."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_LIMIT, required=False)
    place = forms.ChoiceField(label=_("Where it stands"), choices=Passage.Place.choices)
    body = forms.CharField(
        label=_("Text, in Markdown"), max_length=BODY_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def value(self) -> dict[str, Any] | None:
        """Return the text as an edition has it, None for an empty row."""
        sent = self.cleaned_data
        if not sent.get("title", "").strip():
            return None
        return {**sent, "body": sent["body"].replace("\r\n", "\n")}


SectionForms = forms.formset_factory(SectionForm, extra=2, max_num=SECTIONS, absolute_max=SECTIONS)
PassageForms = forms.formset_factory(PassageForm, extra=1, max_num=PASSAGES, absolute_max=PASSAGES)


def initial_rows(template: Template) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return an edition as the three forms show it."""
    rule = {name: getattr(template, name) for name in RuleForm.base_fields}
    sections = [
        {**each, "groups": "\n".join(group["title"] for group in each.get("groups") or [])}
        for each in template.sections
    ]
    return rule, sections, list(template.passages)
