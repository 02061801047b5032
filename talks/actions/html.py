"""Storing the HTML of rows beside their text."""

from collections.abc import Iterable

from django.db import models, transaction

from markup.html import HTML_VERSION
from members.actions.revisions import touch
from talks.rendering import RENDERED, html_fields, render


def render_and_save(rows: Iterable[models.Model]) -> None:
    """Render rows and write only their HTML, one query per model and 200 rows. Raises markup.html.TextTooLong."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        if type(row) in RENDERED:
            render(row)
            by_model.setdefault(type(row), []).append(row)
    for model, found in by_model.items():
        model._default_manager.bulk_update(found, html_fields(model), batch_size=200)


def rerender(*, batch: int) -> int:
    """Render again what an older renderer made, `batch` rows a transaction; return how many rows that were.

    Raises the revision in any case: whoever changed rows by hand runs this, and no page made before is sent again.
    """
    total = 0
    for model in RENDERED:
        while True:
            with transaction.atomic():
                outdated = model._default_manager.filter(html_version__lt=HTML_VERSION).order_by("pk")
                rows = list(outdated.select_for_update()[:batch])
                render_and_save(rows)
                touch()
            if not rows:
                break
            total += len(rows)
    return total
