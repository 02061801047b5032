"""Set somebody's password from the command line, as Django's command does, and take their tokens back."""

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.utils import timezone
from django.utils.translation import ngettext

from members.actions import tokens
from members.actors import SYSTEM
from members.models import User


class Command(changepassword.Command):
    help = "Change somebody's password; their API tokens are taken back and their sessions are over."

    def handle(self, *args: Any, **options: Any) -> str:
        said = super().handle(*args, **options)
        name = options["username"] or getpass.getuser()
        n = tokens.take_back(user=User.objects.get_by_natural_key(name), by=SYSTEM, now=timezone.now())
        self.stdout.write(ngettext("%(n)d token was taken back.", "%(n)d tokens were taken back.", n) % {"n": n})
        return str(said)
