"""Write the sources that other programs can read as OPML."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from news import opml
from news.export import outlines


class Command(BaseCommand):
    help = "Write the sources as OPML to stdout or a file; the same sources give the same bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        found, left_out = outlines()
        data = opml.write(found, title="OpenLLM Talk")
        if options["output"]:
            options["output"].write_bytes(data)
        else:
            self.stdout.write(data.decode(), ending="")
        for source in left_out:
            self.stderr.write(_("Left out, since it is no feed: %(name)s") % {"name": source.slug})
