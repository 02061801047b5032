"""Make an API token for a user and print its key, once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.tokens import create_token
from members.actors import SYSTEM
from members.models import Scope, User


class Command(BaseCommand):
    help = "Make an API token for USERNAME and print its key. It is shown only now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scope", choices=Scope.values, required=True)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(_("No user is called %(name)s.") % {"name": options["username"]})
        try:
            _token, key = create_token(
                user=user, scope=options["scope"], name=options["name"], by=SYSTEM, now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(key)
