"""Import a reading list: a README of works becomes sections and entries."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.management.actors import actor_named
from members.management.columns import column
from papers.actions.list_imports import ListResult, import_list, preview_list


class Command(BaseCommand):
    help = "Import a reading list from a Markdown file; a second import merges."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--slug", required=True, metavar="SLUG", help="the address: /lists/SLUG/")
        parser.add_argument("--title", default="", metavar="T", help="what the list is called here")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="act as this organizer")
        parser.add_argument("--dry-run", action="store_true", help="read only; touch no database")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(_("%(file)s cannot be read.") % {"file": path}) from error
        result = self._import(data, path.name, options)
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            self._tell(result, path.name)
        if result.is_refused:
            raise CommandError("; ".join(problem["message"] for problem in result.problems), returncode=1)

    def _import(self, data: bytes, name: str, options: dict[str, Any]) -> ListResult:
        if options["dry_run"]:
            return preview_list(data=data, name=name)
        by = actor_named(options["username"])
        try:
            return import_list(
                data=data, name=name, slug=options["slug"], title=options["title"], by=by, now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages), returncode=2) from error
        except PermissionDenied as error:
            raise CommandError(str(error)) from error

    def _tell(self, result: ListResult, name: str) -> None:
        if result.is_refused:
            return  # the error that follows says why
        counts = _("%(sections)d sections, %(entries)d entries, %(papers)d papers") % {
            name: getattr(result, name) for name in ("sections", "entries", "papers")
        }
        self.stdout.write(f"{column(_status(result.status), 10)}{column(counts, 42)}{name}")
        for problem in result.problems:
            where = _("line %(n)d: ") % {"n": problem["line"]} if problem["line"] else ""
            self.stdout.write(f"          {where}{problem['message']}")


def _status(status: str) -> str:
    words = {
        "created": pgettext("import", "created"),
        "updated": pgettext("import", "updated"),
        "unchanged": pgettext("import", "unchanged"),
        "parsed": pgettext("import", "parsed"),
    }
    return words.get(status, status)
