"""Write one episode as the text of a channel."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

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
        episode = Episode.objects.filter(deleted_at=None).with_code(options["code"]).first()
        if episode is None:
            raise CommandError(_("There is no episode %(code)s.") % {"code": options["code"]})
        try:
            exported = export(episode, options["to"])
        except TextTooLong as error:
            raise CommandError(str(error)) from error
        if options["output"]:
            try:
                options["output"].write_bytes(exported.text.encode())
            except OSError as error:
                said = {"path": options["output"], "reason": error.strerror}
                raise CommandError(_("%(path)s cannot be written: %(reason)s") % said) from error
        else:
            self.stdout.write(exported.text, ending="")
        for loss in exported.losses:
            self.stderr.write(f"{options['to']}: {loss}")
