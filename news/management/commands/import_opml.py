"""Take in the feeds of an OPML file as sources."""

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.management.actors import actor_named
from members.management.columns import column
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
            raise CommandError(_("%(file)s cannot be read.") % {"file": path}, returncode=2) from error
        except Unreadable as error:
            raise CommandError(f"{path}: {error}") from error
        try:
            taken = take_feeds(outlines=outlines, by=actor_named(options["username"]), now=timezone.now())
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        doubt, note = _("doubt"), _("note")
        words = {"added": _("added"), "known": _("there already"), "refused": _("refused")}
        for one in taken:
            said = f"{column(words[one.status], 12)}{column(one.slug, 24)}{one.outline.url} {one.message}"
            self.stdout.write(said.rstrip())
        for problem in problems:
            self.stdout.write(f"{column(doubt, 12)}{problem.message} {problem.entry}")
        if folders := {" / ".join(one.outline.folders) for one in taken if one.outline.folders}:
            said = _("Folders are not kept: %(folders)s") % {"folders": ", ".join(sorted(folders))}
            self.stdout.write(f"{column(note, 12)}{said}")
        refused = sum(one.status == "refused" for one in taken)
        if refused:
            message = ngettext("%(n)d of %(all)d feeds was refused.", "%(n)d of %(all)d feeds were refused.", refused)
            raise CommandError(message % {"n": refused, "all": len(taken)}, returncode=1)
