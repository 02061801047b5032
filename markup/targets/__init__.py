"""Markdown of the site dialect for other places: one module a target, all of them `convert(text, options)`.

Exporters walk the parser's tokens and write each target themselves. Converting a converted text changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markup.html import TextTooLong
from markup.targets import github, page, zhihu
from markup.targets.options import Converted, UnknownOption
from markup.targets.reading import MAX_CHARACTERS

__all__ = ["MAX_CHARACTERS", "TARGETS", "Converted", "TextTooLong", "UnknownOption", "convert"]

TARGETS: dict[str, Callable[[str, Mapping[str, str]], Converted]] = {
    "html": page.convert,
    "github": github.convert,
    "zhihu": zhihu.convert,
}


def convert(text: str, target: str, options: Mapping[str, str] | None = None) -> Converted:
    """The text as the target takes it; raises UnknownOption, TextTooLong, and KeyError for an unknown target."""
    return TARGETS[target](text, options or {})
