"""Create an organizer's login from the command line."""

import getpass
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.accounts import SAMPLE_PREFIX
from members.actions import people
from members.actors import SYSTEM
from members.models import Person, Role


class Command(BaseCommand):
    help = "Create an organizer. The password is asked for twice, or read from OPENLLM_TALK_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--person", metavar="HANDLE", help="an existing person of the record who this is")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["username"].startswith(SAMPLE_PREFIX):  # once DEBUG is off, it would open nothing
            message = _("Names that begin with %(prefix)s are those of the sample; choose another.")
            raise CommandError(message % {"prefix": SAMPLE_PREFIX})
        claim = None
        if options["person"]:
            claim = Person.objects.current().filter(handle=options["person"]).first()
            if claim is None:
                raise CommandError(_("No person has the handle %(handle)s.") % {"handle": options["person"]})
        password = os.environ.get("OPENLLM_TALK_PASSWORD") or self._asked()
        try:
            user = people.create_user(
                username=options["username"],
                password=password,
                role=Role.ORGANIZER,
                by=SYSTEM,
                now=timezone.now(),
                claim=claim,
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(_("The organizer %(name)s was created.") % {"name": user.username})

    def _asked(self) -> str:
        """Ask for the password until it was given twice the same. Raises CommandError when nobody answers."""
        try:
            while True:
                password = getpass.getpass(_("Password: "))
                if password == getpass.getpass(_("Password (again): ")):
                    return password
                self.stderr.write(_("These two are not the same; once more, please."))
        except (EOFError, KeyboardInterrupt) as error:
            message = _("No password was given; nobody was created. OPENLLM_TALK_PASSWORD can hold it, too.")
            raise CommandError(message) from error
