"""Alerts where a target does not draw them: quotes under a bold label."""

from __future__ import annotations

from markup.targets.tree import Mark, MarkKind, Paragraph, Quote, Text

# The exported documents are Chinese, whatever language the page around them has.
_LABELS = {"NOTE": "说明", "TIP": "提示", "IMPORTANT": "重要", "WARNING": "注意", "CAUTION": "警告"}


def as_quote(quote: Quote) -> Quote:
    """An alert as a plain quote whose first line names its kind in bold."""
    label = Mark(MarkKind.STRONG, (Text(_LABELS[quote.alert or "NOTE"]),))
    return Quote((Paragraph((label,)), *quote.blocks))
