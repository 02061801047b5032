"""Storing the HTML of lists beside their text."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from markup import html
from markup.html import HTML_VERSION
from papers.lists.shown import shown
from papers.models import ListEntry, ListSection, ReadingList

# model → the fields rendered as blocks, and those rendered as one line
FIELDS: dict[type[models.Model], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ReadingList: (("intro",), ()),
    ListSection: (("body",), ("title",)),
    ListEntry: (("note", "after"), ("title",)),
}


def render_and_save(rows: Iterable[models.Model]) -> None:
    """Render saved rows and write only their HTML, in batches. Raises markup.html.TextTooLong."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        _render(row)
        by_model.setdefault(type(row), []).append(row)
    for model, found in by_model.items():
        blocks, lines = FIELDS[model]
        names = [f"{name}_html" for name in (*blocks, *lines)]
        model._default_manager.bulk_update(found, [*names, "html_version"], batch_size=200)


def _render(row: models.Model) -> None:
    values: Any = row
    blocks, lines = FIELDS[type(row)]
    for name in blocks:
        prefix = f"{row._meta.model_name}{row.pk}-{name}-"
        setattr(row, f"{name}_html", html.render(shown(getattr(row, name)), prefix=prefix, heading_base=4))
    for name in lines:
        setattr(row, f"{name}_html", html.render_inline(getattr(row, name)))
    values.html_version = HTML_VERSION


def rerender_lists(*, batch: int) -> int:
    """Render again what an older renderer made, `batch` rows a transaction; return how many rows that were."""
    total = 0
    for model in FIELDS:
        while True:
            with transaction.atomic():
                outdated = model._default_manager.filter(html_version__lt=HTML_VERSION).order_by("pk")
                rows = list(outdated.select_for_update()[:batch])
                render_and_save(rows)
            if not rows:
                break
            total += len(rows)
    return total
