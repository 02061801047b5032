"""Open the next number of the talk, or say which one is open."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.management.actors import actor_named
from talks.actions.life import plan_next
from talks.moves import moment


class Command(BaseCommand):
    help = "Open the next number of the talk by the rule of its template; asked again, it says which number is open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="who does it; the operator without it")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            episode = plan_next(by=actor_named(options["username"]), now=now)
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        is_new = episode.created_at == now
        if options["json"]:
            starts_at = episode.starts_at.isoformat() if episode.starts_at else None
            said = {"status": "created" if is_new else "unchanged", "code": episode.code, "starts_at": starts_at}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        sentence = _("%(episode)s is open: %(moment)s.") if is_new else _("%(episode)s is open already: %(moment)s.")
        self.stdout.write(sentence % {"episode": episode.label, "moment": moment(episode.starts_at)})
