"""Ask sources now, one after another, the way the workers do it."""

import json
import time
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.actors import SYSTEM
from members.management.columns import column
from members.rules import StateRefusal
from news.actions.following import run_now
from news.models import FetchRun, Outcome, Source

COUNTS = ("fetched", "new", "known", "duplicate", "hidden")


class Command(BaseCommand):
    help = "Ask sources now: those named, else all that are not paused. Exit 1 when one of them failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help="the name in the address: /sources/SOURCE/")
        parser.add_argument("--json", action="store_true", help="print one JSON array and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        sources = _sources(options["sources"])
        runs = []
        for source in sources:
            run = self._run(source)
            runs.append((source, run))
            if not options["json"]:
                self._say(source, run)
        if not sources and not options["json"]:
            self.stdout.write(_("No source is active: add one on /sources/, or resume one there."))
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(*pair) for pair in runs], ensure_ascii=False))
        failed = [source.slug for source, run in runs if run.outcome in (Outcome.FAILED, Outcome.RUNNING)]
        if failed:
            message = ngettext("%(n)d of %(all)d sources failed.", "%(n)d of %(all)d sources failed.", len(failed))
            raise CommandError(message % {"n": len(failed), "all": len(runs)}, returncode=1)

    def _run(self, source: Source) -> FetchRun:
        page = partial(self._page, source)
        try:
            return run_now(source=source, by=SYSTEM, clock=timezone.now, sleep=time.sleep, tell=page)
        except StateRefusal as refusal:  # of one source; the others are still asked
            return FetchRun(source=source, outcome=Outcome.FAILED, error=str(refusal))

    def _page(self, source: Source, run: FetchRun) -> None:
        """One line that is written over, for somebody who watches."""
        if self.stderr.isatty() and run.outcome == Outcome.RUNNING:
            said = _("%(pages)d pages, %(entries)d entries") % {"pages": run.pages, "entries": run.fetched}
            self.stderr.write(f"\r{source.slug}: {said}", ending="")

    def _say(self, source: Source, run: FetchRun) -> None:
        counts = _("%(fetched)d fetched, %(new)d new, %(known)d known, %(duplicate)d duplicate, %(hidden)d hidden")
        said = counts % {name: getattr(run, name) for name in COUNTS} if not run.error else run.error
        start = "\r" if self.stderr.isatty() else ""
        self.stdout.write(f"{start}{column(str(run.get_outcome_display()), 16)}{column(source.slug, 24)}{said}")


def _sources(slugs: list[str]) -> list[Source]:
    """The sources named, each once and in order; all that run by themselves when none is."""
    if not slugs:
        return list(Source.objects.running().order_by("slug"))
    known = {source.slug: source for source in Source.objects.current().filter(slug__in=slugs)}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise CommandError(_("No source is called %(names)s.") % {"names": ", ".join(unknown)}, returncode=2)
    return [known[slug] for slug in dict.fromkeys(slugs)]


def _as_json(source: Source, run: FetchRun) -> dict[str, Any]:
    counts = {name: getattr(run, name) for name in COUNTS}
    return {"source": source.slug, "outcome": run.outcome, **counts, "error": run.error or None}
