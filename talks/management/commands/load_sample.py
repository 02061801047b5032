"""Load the sample episodes, or take them away."""

import sys
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.actors import SYSTEM
from talks.actions import sample

# So many of the texts that would go are named.
SHOWN = 10


class Command(BaseCommand):
    help = "Load the sample episodes (numbered from 101) with two logins. Only while DEBUG is on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take the sample away again; real episodes stay")
        parser.add_argument("--yes", action="store_true", help="also what members wrote in its episodes")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"] and not options["yes"]:
            self._ask_about_others()
        act = sample.remove_sample if options["remove"] else sample.load_sample
        try:
            done = act(by=SYSTEM, now=timezone.now())
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(_said(done, removing=options["remove"]))

    def _ask_about_others(self) -> None:
        """Say what members wrote in the sample. Raises CommandError unless somebody agrees that it goes, too."""
        others = sample.written_by_others()
        if not others:
            return
        said = ngettext(
            "%(n)d text that a member wrote in the sample would go with it: %(which)s.",
            "%(n)d texts that members wrote in the sample would go with it: %(which)s.",
            len(others),
        ) % {"n": len(others), "which": "、".join(others[:SHOWN]) + ("…" if len(others) > SHOWN else "")}
        if not sys.stdin.isatty():
            raise CommandError(_("%(said)s With --yes it is removed all the same.") % {"said": said})
        self.stdout.write(said)
        try:
            agreed = input(_("Remove it all the same? [y/N] ")).strip().lower() in ("y", "yes")
        except (EOFError, KeyboardInterrupt):
            agreed = False
        if not agreed:
            raise CommandError(_("Nothing was removed."))


def _said(done: bool, *, removing: bool) -> str:
    if removing:
        return _("The sample is removed.") if done else _("There is no sample to remove.")
    if done:
        return _("The sample is loaded; its logins are in %(file)s.") % {"file": sample.logins_file()}
    return _("The sample is loaded already. Remove it first to load it with new dates.")
