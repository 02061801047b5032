"""Write every episode into a folder: Markdown for people, JSON that restores every byte."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talks.archive import archive
from talks.models import Episode


class Command(BaseCommand):
    help = (
        "Write README.md, talks/*.md and data/*.json of all episodes but drafts into DIR. "
        "The same episodes give the same bytes. A page that would be too long becomes a line that leads to the data, "
        "and the command ends with 1 after everything else is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", metavar="DIR", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(_("%(path)s is not a folder.") % {"path": folder})
        count, too_long = 0, list[str]()
        for name, text in archive(Episode.objects.visible_to(None), tell=too_long.append):
            try:
                _write(folder / name, text.encode())
            except OSError as error:
                place = {"path": error.filename or folder / name, "reason": error.strerror}
                raise CommandError(_("%(path)s cannot be written: %(reason)s") % place) from error
            count += 1
        said = ngettext("%(n)d file in %(path)s", "%(n)d files in %(path)s", count)
        self.stdout.write(said % {"n": count, "path": folder})
        if too_long:
            raise CommandError("\n".join(too_long), returncode=1)


def _write(path: Path, data: bytes) -> None:
    """Write a file with its folder, unless it holds the same already. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)
