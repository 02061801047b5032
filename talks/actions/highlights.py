"""The highlights (提要) of an episode are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from members.actions.events import record
from members.actors import Actor
from members.rules import check_text, invalid, require
from talks.actions.item_rows import check_version
from talks.actions.keeping import keep
from talks.models import Episode
from talks.rules import HIGHLIGHT_LIMIT, HIGHLIGHTS, may_wrap_up


def set_highlights(
    *, episode: Episode, highlights: Sequence[str], version: int | None, by: Actor, now: datetime
) -> Episode:
    """Write the highlights, one line each, in this order; the same ones change nothing. Hosts, editors, organizers.

    Raises PermissionDenied, Http404, ValidationError for bad lines and, with code `conflict` and both lists, when the
    episode is not of this version any more.
    """
    lines = [line.strip() for line in highlights if line.strip()]
    if len(lines) > HIGHLIGHTS:
        raise invalid("highlights", _("At most %(n)d lines.") % {"n": HIGHLIGHTS}, "too_many")
    for line in lines:
        check_text(line, field="highlights", limit=HIGHLIGHT_LIMIT)
        if len(line.splitlines()) > 1:
            raise invalid("highlights", _("Each stands on one line."), "invalid")
    with transaction.atomic():
        row = Episode.objects.under_lock().filter(pk=episode.pk, deleted_at=None).first()
        if row is None:
            raise Http404
        require(may_wrap_up(by, row), _("Only hosts, editors and organizers wrap an evening up."))
        if lines == row.highlights:
            return row
        before = list(row.highlights)
        check_version(row, version, yours={"highlights": lines}, theirs={"highlights": before})
        row.highlights = lines
        row.version, row.changed_at = row.version + 1, now
        row.save(update_fields=["highlights", "version", "changed_at"])
        values = {"before": {"highlights": before}, "after": {"highlights": lines}}
        keep(record(by=by, now=now, verb="set_highlights", kind="episode", key=row.code, **values), [row])
    return row
