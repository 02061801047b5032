"""What a page shows when somebody was faster: both texts with what differs marked, and a form that goes on from there.

The form carries what it was loaded with in a field `base` (the filter `loaded`), so that every form can be merged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms

from markup.diff import Diff, diff
from markup.merging import merge_values

Made = TypeVar("Made", bound=forms.Form)
# Characters of a `base`: all texts of the longest form, escaped.
LONGEST_BASE = 200_000
NOT_SAID = ("version", "base", "edition")


@dataclass(frozen=True, slots=True)
class Sides:
    """One field of a conflict: what it is called, and both texts in pieces, "+" and "-" what only one of them has.

    What was not sent (`is_sent`) is told of what stands only.
    """

    label: str
    pieces: Diff
    is_sent: bool = True

    @property
    def theirs(self) -> Diff:
        return [(op, text) for op, text in self.pieces if op != "-"]

    @property
    def yours(self) -> Diff:
        return [(op, text) for op, text in self.pieces if op != "+"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides of a conflict; `clashing` names the fields in which both wrote something else."""

    rows: list[Sides]
    clashing: list[str] = field(default_factory=list)


def sides_of(yours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]) -> list[Sides]:
    """Return two lists of labels and texts field by field, in the order of what stands."""
    mine, there = dict(yours), dict(theirs)
    rows = []
    for label in {**there, **mine}:
        stands = there.get(label, "")
        rows.append(Sides(label, diff(mine.get(label, stands), stands), is_sent=label in mine))
    return rows


def gone_on(
    form: forms.Form, make: Callable[[dict[str, Any]], Made], standing: Mapping[str, Any], base: Any = None
) -> tuple[Made, Conflict]:
    """Return a form that goes on from what stands, filled with what both did, and the conflict as a page shows it.

    `standing` is what the form shows of the row now, its version included; `base` is what it showed when it was
    loaded, for a form that does not say it itself.
    """
    several = [name for name, field in form.fields.items() if isinstance(field, forms.MultipleChoiceField)]
    names = [name for name in form.fields if name not in (*NOT_SAID, *several)]
    yours = {name: _text(form.data.get(name)) for name in names}
    theirs = {name: said_in(form, name, standing.get(name)) for name in names}
    read = read_base(form.data.get("base"))
    if read is None and isinstance(base, Mapping):
        read = {name: said_in(form, name, base[name]) for name in names if name in base}
    long = [name for name in names if isinstance(form.fields[name].widget, forms.Textarea)]
    found = merge_values(read, yours, theirs, long=long)
    differing = [name for name in names if yours[name] != theirs[name]]
    kept = {name: value for name, value in form.data.items() if name not in yours}
    kept |= {name: standing[name] for name in NOT_SAID if name in standing}
    kept |= {name: form[name].value() for name in several}  # what is ticked is ticked, whatever others wrote
    made = make({**kept, **found.values, "base": json.dumps(theirs, ensure_ascii=False)})
    labels = {name: str(form.fields[name].label or name) for name in names}
    rows = [
        Sides(labels[name], diff(_word(form, name, yours[name]), _word(form, name, theirs[name]))) for name in differing
    ]
    return made, Conflict(rows, [labels[name] for name in found.clashes])


def loaded(form: forms.Form) -> str:
    """Return what a form was loaded with, for its field `base`: what the row said, not what was typed since."""
    if form.is_bound and "base" in form.data:
        return str(form.data["base"])
    names = [name for name in form.fields if name not in NOT_SAID]
    return json.dumps({name: said_in(form, name, form.initial.get(name)) for name in names}, ensure_ascii=False)


def read_base(text: object) -> dict[str, str] | None:
    """Return what a field `base` says, None when it says nothing that can be read."""
    if not text or len(str(text)) > LONGEST_BASE:
        return None
    try:
        found = json.loads(str(text))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return None
    return found


def said_in(form: forms.Form, name: str, value: Any) -> str:
    """Return a value as the form would send it."""
    shown = form.fields[name].prepare_value(value)
    if isinstance(form.fields[name], forms.BooleanField):
        return "on" if shown else ""
    return _text(shown)


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n")


def _word(form: forms.Form, name: str, value: str) -> str:
    choices = getattr(form.fields[name], "choices", None)
    if choices is not None:
        return str(dict(choices).get(value, value))
    return {"on": "✓", "": "✕"}.get(value, value) if isinstance(form.fields[name], forms.BooleanField) else value
