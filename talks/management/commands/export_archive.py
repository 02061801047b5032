"""Write every episode into a folder: Markdown for people, JSON that restores every byte."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from talks.archive import archive
from talks.models import Episode
from talks.models.episodes import read_code


class Command(BaseCommand):
    help = (
        "Write README.md, talks/*.md and data/*.json of all episodes but drafts into DIR. The same episodes give the "
        "same bytes; what an earlier run wrote of an episode that is no longer among them is deleted. A page that "
        "would be too long becomes a line that leads to the data, and the command ends with 1 after everything else "
        "is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", metavar="DIR", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(_("%(path)s is not a folder.") % {"path": folder})
        written, too_long = set[Path](), list[str]()
        try:
            for name, text in archive(Episode.objects.visible_to(None), tell=too_long.append):
                _write(folder / name, text.encode())
                written.add(folder / name)
            removed = _remove_others(folder, written)
        except OSError as error:
            place = {"path": error.filename or folder, "reason": error.strerror}
            raise CommandError(_("%(path)s cannot be written: %(reason)s") % place) from error
        said = ngettext("%(n)d file in %(path)s", "%(n)d files in %(path)s", len(written))
        self.stdout.write(said % {"n": len(written), "path": folder})
        if removed:
            gone = ngettext("%(n)d old file removed", "%(n)d old files removed", removed)
            self.stderr.write(gone % {"n": removed})
        if too_long:
            raise CommandError("\n".join(too_long), returncode=1)


def _write(path: Path, data: bytes) -> None:
    """Write a file with its folder, unless it holds the same already. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def _remove_others(folder: Path, written: set[Path]) -> int:
    """Delete what an earlier run wrote of episodes that are not in this one; return how many files. Raises OSError.

    Files of any other name are somebody's own and stay.
    """
    found = [*folder.glob("data/*.json"), *folder.glob("talks/*.md")]
    old = [path for path in found if path not in written and read_code(path.stem) == path.stem and path.is_file()]
    for path in old:
        path.unlink()
    return len(old)
