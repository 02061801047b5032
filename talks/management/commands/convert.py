"""`manage.py convert`: site Markdown in, another format out; no database, and nothing on stdout but the result."""

from __future__ import annotations

import io
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from markup import targets
from markup.targets import TextTooLong, UnknownOption

WRONG_USAGE = 2


class Command(BaseCommand):
    """Reads UTF-8 on stdin, writes the target on stdout and one line on stderr for everything that was lost."""

    help = "Convert site Markdown from stdin to html, github or zhihu."
    requires_system_checks = []
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, metavar="TARGET", help="html, github or zhihu")
        parser.add_argument("--option", action="append", default=[], metavar="KEY=VALUE", help="may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["to"]
        if target == "wechat":
            raise CommandError(_("WeChat comes with publishing; it is not there yet."), returncode=WRONG_USAGE)
        if target not in targets.TARGETS:
            known = ", ".join(targets.TARGETS)
            raise CommandError(
                _("Unknown target %(target)s; known are: %(known)s.") % {"target": target, "known": known},
                returncode=WRONG_USAGE,
            )
        chosen = _options(options["option"])
        try:
            converted = targets.convert(_text(options.get("stdin")), target, {"site_url": settings.SITE_URL, **chosen})
        except UnknownOption as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from error
        except TextTooLong as error:
            raise CommandError(str(error)) from error
        self.stdout.write(converted.text, ending="")
        for loss in converted.losses:
            self.stderr.write(loss)


def _options(pairs: list[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise CommandError(_("--option %(pair)s: must be KEY=VALUE.") % {"pair": pair}, returncode=WRONG_USAGE)
        chosen[name] = value
    return chosen


def _text(stream: io.BufferedIOBase | None) -> str:
    # No text that is accepted has more bytes than this; the rest is not worth reading.
    data = (stream or sys.stdin.buffer).read(4 * targets.MAX_CHARACTERS + 4)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("The text is not UTF-8: byte %(position)d cannot be read.") % {"position": error.start}
        raise CommandError(message) from error
