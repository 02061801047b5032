"""Take in the feeds of an OPML file as sources."""

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.management.actors import actor_named
from news import opml
from news.actions.feeds import take_feeds
from news.entries import Unreadable


class Command(BaseCommand):
    help = "Add the feeds of an OPML file as sources; those that are there already stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="act as this organizer")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            outlines, problems = opml.read(path.read_bytes())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
        except Unreadable as error:
            raise CommandError(f"{path}: {error}") from error
        try:
            taken = take_feeds(outlines=outlines, by=actor_named(options["username"]), now=timezone.now())
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        for one in taken:
            self.stdout.write(f"{one.status:<10}{one.slug:<24}{one.outline.url}")
            if one.message:
                self.stdout.write(f"{'':<10}{one.message}")
        for problem in problems:
            self.stdout.write(f"{'problem':<10}{problem.message} {problem.entry} [{problem.code}]")
        if folders := {" / ".join(one.outline.folders) for one in taken if one.outline.folders}:
            self.stdout.write(f"{'note':<10}folders are not kept: {', '.join(sorted(folders))}")
        refused = sum(one.status == "refused" for one in taken)
        if refused:
            raise CommandError(f"{refused} of {len(taken)} feeds were refused", returncode=1)
