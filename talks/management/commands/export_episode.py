"""Write one episode as the text of a channel."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from markup.html import TextTooLong
from talks.export import export
from talks.models import Episode


class Command(BaseCommand):
    help = "Write an episode for a channel to stdout or a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("--to", choices=["github", "zhihu", "json"], required=True)
        parser.add_argument("--output", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        episode = Episode.objects.filter(deleted_at=None, code=options["code"].upper()).first()
        if episode is None:
            raise CommandError(f"no episode has the code {options['code']!r}")
        try:
            exported = export(episode, options["to"])
        except TextTooLong as error:
            raise CommandError(str(error)) from error
        if options["output"]:
            options["output"].write_bytes(exported.text.encode())
        else:
            self.stdout.write(exported.text, ending="")
        for loss in exported.losses:
            self.stderr.write(f"{options['to']}: {loss}")
