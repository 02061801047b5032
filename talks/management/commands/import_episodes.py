"""Import old documents: files or folders, each file its own transaction."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.actors import SYSTEM, Actor
from members.models import User
from talks.actions.imports import ImportResult, import_file, preview_file

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
        files = list(_files(options["paths"]))
        by = _actor(options["username"]) if not options["dry_run"] else SYSTEM
        results: list[ImportResult] = []
        for place, path in enumerate(files, 1):
            if sys.stderr.isatty():
                self.stderr.write(f"\r{place}/{len(files)} {path.name}\x1b[K", ending="")
                self.stderr.flush()
            results.append(self._import(path, results, by, options))
            if not options["json"]:
                self._tell(results[-1])
        if sys.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")
        if options["json"]:
            self.stdout.write(json.dumps([result.as_json() for result in results], ensure_ascii=False))
        refused = sum(result.is_refused for result in results)
        if refused:
            raise CommandError(f"{refused} of {len(results)} files refused", returncode=1)

    def _import(self, path: Path, before: list[ImportResult], by: Actor, options: dict[str, Any]) -> ImportResult:
        try:
            data = path.read_bytes()
        except OSError as error:
            problem = {"line": None, "code": "unreadable", "message": f"{path.name}: {error.strerror}"}
            return ImportResult(path.name, "refused", None, (problem,))
        if options["dry_run"]:
            return preview_file(data=data, name=path.name)
        # Of several files of one number in one run, one is taken.
        taken = {result.code for result in before if not result.is_refused}
        replace = options["replace"]
        if replace and taken:
            read = preview_file(data=data, name=path.name)
            replace = read.code not in taken
        try:
            return import_file(data=data, name=path.name, by=by, now=timezone.now(), replace=replace)
        except PermissionDenied as error:
            raise CommandError(str(error)) from error

    def _tell(self, result: ImportResult) -> None:
        self.stdout.write(f"{result.status:<10}{result.code or '-':<6}{result.file}")
        for problem in result.problems:
            where = f"line {problem['line']}: " if problem["line"] else ""
            self.stdout.write(f"           {where}{problem['message']} [{problem['code']}]")


def _actor(username: str | None) -> Actor:
    if username is None:
        return SYSTEM
    user = User.objects.select_related("person").filter(username=username, is_active=True).first()
    if user is None or not hasattr(user, "person"):
        raise CommandError(f"no user is called {username!r}")
    return user.person


def _files(paths: list[Path]) -> Iterator[Path]:
    """Yield files in path order. In an archive, `data/005.json` stands for `talks/005.md`."""
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.suffix.lower() not in SUFFIXES or file.name in SKIPPED or not file.is_file():
                    continue
                if file.parent.name == "talks" and (file.parent.parent / "data" / f"{file.stem}.json").exists():
                    continue
                yield file
        elif path.exists():
            yield path
        else:
            raise CommandError(f"{path}: no such file or folder")
