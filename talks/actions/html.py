"""Storing the HTML of rows beside their text."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from markup.html import HTML_VERSION
from members.actions.revisions import touch
from talks.rendering import RENDERED, html_fields, prefix_of, render

# Stands in ids until a row has its key; no text can hold it, because nobody knows it.
AHEAD = f"x{secrets.token_hex(8)}-"

Html = dict[str, Any]


def rendered(row: models.Model) -> Html:
    """Return the HTML fields of a row, to be made before anything is locked. Raises markup.html.TextTooLong.

    Ids of a row that is not saved yet begin with AHEAD; `give_ids` puts its key there.
    """
    render(row, prefix="" if row.pk else AHEAD)
    return {name: getattr(row, name) for name in html_fields(type(row))}


def give_ids(rows: Iterable[models.Model]) -> None:
    """Put the keys of rows that are saved now into their HTML, where ids wait for them."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        html = {name: getattr(row, name) for name in html_fields(type(row))}
        if AHEAD in str(html):
            for name, value in html.items():
                setattr(row, name, _keyed(value, prefix_of(row)))
            by_model.setdefault(type(row), []).append(row)
    for model, found in by_model.items():
        model._default_manager.bulk_update(found, html_fields(model), batch_size=200)


def _keyed(value: Any, prefix: str) -> Any:
    if isinstance(value, list):
        return [_keyed(each, prefix) for each in value]
    return value.replace(AHEAD, prefix) if isinstance(value, str) else value


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
                for row in rows:
                    render(row)
                model._default_manager.bulk_update(rows, html_fields(model), batch_size=200)
                touch()
            if not rows:
                break
            total += len(rows)
    return total
