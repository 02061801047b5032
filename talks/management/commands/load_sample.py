"""Load the sample episodes, or take them away."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actors import SYSTEM
from talks.actions import sample


class Command(BaseCommand):
    help = "Load the sample episodes (numbered from 101) with two logins. Only while DEBUG is on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take the sample away again; real rows stay")

    def handle(self, *args: Any, **options: Any) -> None:
        act = sample.remove_sample if options["remove"] else sample.load_sample
        try:
            done = act(by=SYSTEM, now=timezone.now())
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(_said(done, removing=options["remove"]))


def _said(done: bool, *, removing: bool) -> str:
    if removing:
        return _("The sample is removed.") if done else _("There is no sample to remove.")
    if done:
        return _("The sample is loaded; its logins are in %(file)s.") % {"file": sample.logins_file()}
    return _("The sample is loaded already. Remove it first to load it with new dates.")
