"""Import old documents: files or folders, each file its own transaction."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from members.actors import SYSTEM, Actor
from members.management.actors import actor_named
from talks.actions.imports import NUMBER_TAKEN, ImportResult, Run, import_file, preview_file, refusal_of
from talks.documents import problems
from talks.documents.problems import Code

SUFFIXES = {".md", ".txt", ".pdf", ".json"}
# Beside documents in a folder: counted facts of a corpus, and the index that export_archive writes.
SKIPPED = {"facts.json", "README.md"}


class Command(BaseCommand):
    help = "Import episodes from .md, .txt, .pdf and .json files or folders of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="act as this organizer")
        parser.add_argument("--dry-run", action="store_true", help="read only; touch no database")
        parser.add_argument("--replace", action="store_true", help="take over a number that another document holds")
        parser.add_argument("--json", action="store_true", help="print one JSON array and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        files, others = _files(options["paths"])
        by = actor_named(options["username"]) if not options["dry_run"] else SYSTEM
        results: list[ImportResult] = []
        run: dict[str, ImportResult] = {}
        for place, path in enumerate(files, 1):
            self._progress(f"{place}/{len(files)} {_name_of(path)}")
            result = self._import(path, run, by, options)
            results.append(result)
            if result.code and not result.is_refused:
                run.setdefault(result.code, result)
            self._progress("")
            if not options["json"]:
                self._tell(result)
        if options["json"]:
            self.stdout.write(json.dumps([result.as_json() for result in results], ensure_ascii=False))
        elif others:
            said = ngettext(
                "%(n)d file of another kind was skipped.", "%(n)d files of other kinds were skipped.", others
            )
            self.stdout.write(said % {"n": others})
        self._fail_if_refused(results, replaces=options["replace"])

    def _progress(self, text: str) -> None:
        """Show where the run is, on a terminal, in place of what stood there before."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{text}\x1b[K", style_func=str, ending="")
            self.stderr.flush()

    def _import(self, path: Path, run: Run, by: Actor, options: dict[str, Any]) -> ImportResult:
        try:
            data = path.read_bytes()
        except OSError as error:
            return refusal_of(_name_of(path), problems.refused(Code.UNREADABLE, error.strerror or ""))
        if options["dry_run"]:
            return preview_file(data=data, name=_name_of(path), run=run)
        try:
            return import_file(
                data=data, name=_name_of(path), by=by, now=timezone.now(), replace=options["replace"], run=run
            )
        except PermissionDenied as error:
            raise CommandError(str(error)) from error

    def _tell(self, result: ImportResult) -> None:
        self.stdout.write(f"{_status_of(result)}  {result.code or '-':<4} {result.file}")
        for problem in result.problems:
            where = _("line %(n)d: ") % {"n": problem["line"]} if problem["line"] else ""
            self.stdout.write(f"      {where}{problem['message']} [{problem['code']}]")

    def _fail_if_refused(self, results: list[ImportResult], *, replaces: bool) -> None:
        """Raise CommandError when a file was refused; say what would help."""
        refused = [result for result in results if result.is_refused]
        if not refused:
            return
        message = _("%(n)d of %(all)d files were refused.") % {"n": len(refused), "all": len(results)}
        if not replaces and any(problem["code"] == NUMBER_TAKEN for each in refused for problem in each.problems):
            message += " " + _("With --replace, a file takes over a number that another one holds.")
        raise CommandError(message, returncode=1)


def _status_of(result: ImportResult) -> str:
    """Return what became of a file in the language of the site; scripts read --json."""
    words = {
        "created": pgettext("import", "created"),
        "updated": pgettext("import", "updated"),
        "unchanged": pgettext("import", "unchanged"),
        "refused": pgettext("import", "refused"),
        "parsed": pgettext("import", "read"),
    }
    return words[result.status]


def _name_of(path: Path) -> str:
    """Return the name of a file as text; bytes that are none show as �."""
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _files(paths: list[Path]) -> tuple[list[Path], int]:
    """Return the files in path order and how many of a folder are no documents. Raises CommandError.

    In an archive, `data/005.json` stands for `talks/005.md`.
    """
    found, others = [], 0
    for path in paths:
        if path.is_dir():
            files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name not in SKIPPED]
            documents = [file for file in files if file.suffix.lower() in SUFFIXES]
            others += len(files) - len(documents)
            found += [file for file in documents if not _is_restored_from_data(file)]
        elif path.exists():
            found.append(path)
        else:
            raise CommandError(_("There is no file or folder %(path)s.") % {"path": path})
    return found, others


def _is_restored_from_data(file: Path) -> bool:
    return file.parent.name == "talks" and (file.parent.parent / "data" / f"{file.stem}.json").exists()
