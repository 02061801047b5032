"""Take the questions and answers of a pasted chat log into an episode."""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from markup.decode import Undecodable, decode
from members.actors import SYSTEM
from members.management.actors import actor_named
from members.models import ChatWish
from members.rules import StateRefusal
from talks.actions.chats import import_chat, wishing
from talks.documents.chat import read_chat
from talks.documents.chat_questions import Proposal, propose
from talks.models import Episode


class Command(BaseCommand):
    help = "Take the questions and answers of a chat log (WeChat, QQ, Feishu, name: text) into an episode."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--episode", required=True, metavar="CODE", help="005, S02")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="act as this host or organizer")
        parser.add_argument(
            "--dry-run", action="store_true", help="read only; touch no database, so wishes are not known"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            text = decode(path.read_bytes()).text
        except OSError as error:
            raise CommandError(_("%(file)s cannot be read.") % {"file": path}) from error
        except Undecodable as error:
            raise CommandError(_("%(file)s is no text.") % {"file": path}) from error
        found = propose(read_chat(text))
        if not found.log.messages:
            raise CommandError(_("%(file)s holds no messages: each needs the name of who said it.") % {"file": path})
        if not options["dry_run"]:
            self._store(found, options)
            found = found.without(wishing(found.log.speakers, ChatWish.LEAVE_OUT))
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
        else:
            self._tell(found)

    def _store(self, found: Proposal, options: dict[str, Any]) -> None:
        by = actor_named(options["username"]) if options["username"] else SYSTEM
        episode = Episode.objects.filter(code__iexact=options["episode"], deleted_at=None).first()
        if episode is None:
            raise CommandError(_("There is no episode %(code)s.") % {"code": options["episode"]})
        try:
            import_chat(episode=episode, asked=found.questions, by=by, now=timezone.now())
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except (PermissionDenied, StateRefusal) as error:
            raise CommandError(str(error)) from error

    def _tell(self, found: Proposal) -> None:
        said = found.as_json()
        counts = {
            "messages": said["messages"],
            "people": len(found.log.speakers),
            "questions": len(found.questions),
            "answers": sum(len(each.answers) for each in found.questions),
            "left": len(found.left_over),
        }
        sentence = _(
            "%(messages)d messages of %(people)d people: "
            "%(questions)d questions, %(answers)d answers, %(left)d left over"
        )
        self.stdout.write(sentence % counts)
        for asked in found.questions:
            self.stdout.write(f"  {asked.speaker}: {_in_one_line(asked.body)}")
            for told in asked.answers:
                self.stdout.write(f"    {told.speaker}: {_in_one_line(told.body)}")
        for left in found.left_over:
            self.stdout.write(f"  {left.line:>5} {left.speaker}{left.speaker and ': '}{_in_one_line(left.text)}")


def _in_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
