"""Create an organizer's login from the command line."""

import getpass
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from members.actions import people
from members.actors import SYSTEM
from members.models import Person, Role


class Command(BaseCommand):
    help = "Create an organizer. The password is asked for, or read from OPENLLM_TALK_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--person", metavar="HANDLE", help="an existing person of the record who this is")

    def handle(self, *args: Any, **options: Any) -> None:
        claim = None
        if options["person"]:
            claim = Person.objects.current().filter(handle=options["person"]).first()
            if claim is None:
                raise CommandError(f"no person has the handle {options['person']!r}")
        password = os.environ.get("OPENLLM_TALK_PASSWORD") or getpass.getpass("Password: ")
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
        self.stdout.write(f"organizer {user.username} created")
