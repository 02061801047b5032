"""Write a reading list as a README, as BibTeX or as JSON."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from papers.export import FORMS, export
from papers.models import ReadingList


class Command(BaseCommand):
    help = "Write a reading list to stdout or a file; the same list gives the same bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--to", choices=FORMS, default="readme")
        parser.add_argument("--output", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        reading_list = ReadingList.objects.visible_to(None).filter(slug=options["slug"]).first()
        if reading_list is None:
            raise CommandError(f"no list has the address {options['slug']!r}")
        text = export(reading_list, options["to"])
        if options["output"]:
            options["output"].write_bytes(text.encode())
        else:
            self.stdout.write(text, ending="")
