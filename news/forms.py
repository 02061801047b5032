"""Forms of sources. They only shape what was sent; what may be stored is judged by the actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from news.actions.sources import FIELDS, LIMITS, SLUG_LIMIT
from news.models import Source, SourceKind


@dataclass(frozen=True, slots=True)
class Preset:
    """A source that most communities want, added by one press."""

    kind: SourceKind
    address: str
    name: str


PRESETS = (
    Preset(SourceKind.HF_DAILY, "", "Hugging Face Daily Papers"),
    *(Preset(SourceKind.ARXIV_FEED, name, f"arXiv {name}") for name in ("cs.CL", "cs.LG", "cs.AI", "cs.CV", "stat.ML")),
)
_WORDS = forms.Textarea(attrs={"rows": 4})


class SourceForm(forms.Form):
    """What a person may say of a source that stands."""

    name = forms.CharField(label=_("Name"), max_length=LIMITS["name"])
    address = forms.CharField(
        label=_("Address: a feed's, arXiv categories such as cs.CL+cs.LG, or an arXiv query"),
        required=False,
        max_length=LIMITS["address"],
    )
    site_url = forms.CharField(label=_("Its site"), required=False, max_length=LIMITS["site_url"])
    interval_minutes = forms.IntegerField(label=_("Minutes between two looks"), min_value=1, initial=60)
    keep_words = forms.CharField(
        label=_("Keep only entries with one of these, one word or phrase a line (empty: all)"),
        required=False,
        max_length=LIMITS["keep_words"],
        widget=_WORDS,
    )
    block_words = forms.CharField(
        label=_("Hide entries with one of these, one a line"),
        required=False,
        max_length=LIMITS["block_words"],
        widget=_WORDS,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_keep_words(self) -> str:
        return self.cleaned_data["keep_words"].replace("\r\n", "\n")

    def clean_block_words(self) -> str:
        return self.cleaned_data["block_words"].replace("\r\n", "\n")

    def values(self) -> dict[str, Any]:
        """Return what was sent, as the actions take it."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class NewSourceForm(SourceForm):
    """A new source; without a name in the address one is made."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SourceKind.choices)
    slug = forms.CharField(label=_("Name in the address"), required=False, max_length=SLUG_LIMIT)
    field_order = ("kind", "name", "slug", "address")


def initial_of(source: Source) -> dict[str, Any]:
    """Return a source as the form shows it."""
    return {name: getattr(source, name) for name in (*FIELDS, "version")}
