"""Which text of which row becomes HTML, stored beside it. The HTML itself is made by markup.html and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db import models

from markup import html
from talks.documents.readable import readable
from talks.models import (
    Answer,
    Episode,
    Item,
    Part,
    Passage,
    Plan,
    Question,
    Reference,
    Section,
    Suggestion,
)

# model → the text fields rendered as blocks, and those rendered as one line; `<field>_html` holds the result.
BLOCKS: dict[type[models.Model], tuple[str, ...]] = {
    Episode: ("plans_body",),
    Passage: ("body",),
    Part: ("body",),
    Section: ("body",),
    Item: ("body",),
    Suggestion: ("body",),
    Question: ("body", "after", "summary"),
    Answer: ("body",),
}
LINES: dict[type[models.Model], tuple[str, ...]] = {
    Section: ("brief",),
    Item: ("title",),
    Plan: ("body",),
    Reference: ("title",),
}
RENDERED = tuple(dict.fromkeys([*BLOCKS, *LINES]))


def html_fields(model: type[models.Model]) -> list[str]:
    """Return the names of the fields that render() fills."""
    fields = [f"{name}_html" for name in (*BLOCKS.get(model, ()), *LINES.get(model, ()))]
    lists: dict[type[models.Model], list[str]] = {Section: ["groups_html"], Episode: ["labels_html"]}
    return [*fields, *lists.get(model, []), "html_version"]


def _shown(text: str) -> str:
    """The text as Markdown that shows what its author saw, unless that would be too long."""
    shown = readable(text)
    return shown if len(shown) <= html.MAX_CHARACTERS else text


def prefix_of(row: models.Model) -> str:
    """Return what the ids in the HTML of a saved row begin with."""
    return f"{row._meta.model_name}{row.pk}-"


def render(row: models.Model, *, prefix: str = "") -> None:
    """Fill the HTML fields of a row. `prefix` begins ids; without one it is that of the saved row.

    Raises markup.html.TextTooLong.
    """
    values: Any = row
    prefix = prefix or prefix_of(row)
    for name in BLOCKS.get(type(row), ()):
        setattr(row, f"{name}_html", html.render(_shown(getattr(row, name) or ""), prefix=f"{prefix}{name}-"))
    for name in LINES.get(type(row), ()):
        setattr(row, f"{name}_html", html.render_inline(getattr(row, name) or ""))
    if isinstance(row, Section):
        row.groups_html = [
            html.render(_shown(group["body"]), prefix=f"{prefix}group{index}-")
            for index, group in enumerate(row.groups)
        ]
    if isinstance(row, Episode):
        row.labels_html = [
            html.render(label["text"], prefix=f"{prefix}label{index}-") for index, label in enumerate(row.labels)
        ]
    values.html_version = html.HTML_VERSION
