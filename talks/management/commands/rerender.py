"""Refresh stored HTML that an older renderer made, in batches."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import ngettext

from papers.actions.facts import rerender as rerender_papers
from papers.actions.list_html import rerender_lists
from talks.actions.html import rerender


class Command(BaseCommand):
    help = "Render again every text whose HTML an older version of the renderer made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=_at_least_one, default=200, help="rows a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = options["batch"]
        count = rerender(batch=batch) + rerender_papers(batch=batch) + rerender_lists(batch=batch)
        self.stdout.write(ngettext("%(n)d row rendered", "%(n)d rows rendered", count) % {"n": count})


def _at_least_one(text: str) -> int:
    """Read a number of rows. Raises ArgumentTypeError: with none, nothing would ever be rendered."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)
